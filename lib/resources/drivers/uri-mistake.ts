import { AppError } from "#lib/core/errors.ts";

/** What a driver says of an address that it cannot work with. */
export function uriMistake(message: string): AppError {
  return new AppError("invalid_request", `/uri ${message}`, {
    errors: [{ pointer: "/uri", message }],
  });
}
