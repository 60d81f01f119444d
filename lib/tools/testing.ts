import { expect } from "vitest";
import { AppError } from "#lib/core/errors.ts";

/** The error of ours that a call fails with. */
export async function refusal(outcome: Promise<unknown>): Promise<AppError> {
  const error = await outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}
