import { EgressError } from "#lib/core/egress.ts";
import { AppError } from "#lib/core/errors.ts";
import { log } from "#lib/core/log.ts";
import { ToolError } from "../calls/tool-error.ts";

/** An error as the guest catches it. */
export interface GuestError {
  name: string;
  message: string;
  code: string;
  /** The whole answer of a tool that failed. */
  result?: unknown;
}

/** A request that the guest made wrongly. */
export function refused(message: string, code = "invalid_request"): GuestError {
  return { name: "Error", message, code };
}

/** What went wrong for the guest, which may show it; of our own errors it learns nothing. */
export function toGuestError(error: unknown): GuestError {
  if (error instanceof ToolError || error instanceof AppError || error instanceof EgressError) {
    return refused(error.message, error.code);
  }
  log.error({ err: error }, "a request of tenant code failed");
  return refused("The request failed on our side. Try again.", "internal");
}
