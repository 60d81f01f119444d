import { AppError, type FieldError } from "#lib/core/errors.ts";

/** `invalid_request` of several mistakes, told one after the other. */
export function mistakes(errors: FieldError[]): AppError {
  const detail = errors.map(({ pointer, message }) => `${pointer}: ${message}`).join("; ");
  return new AppError("invalid_request", detail, { errors });
}
