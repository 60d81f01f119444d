import { authorize } from "#lib/core/authorize.ts";
import type { PlatformCtx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { parse } from "#lib/core/parse.ts";
import { changePassword, signIn } from "./operators.ts";
import { type ChangePasswordInput, changePasswordInput } from "./schema.ts";

/**
 * Gives the operator who calls a new password and ends all of their sessions, this one included.
 * A wrong current password counts towards the account's lock. Throws `forbidden` for a caller that
 * is no operator, `invalid_request`, and `rate_limited` while the account is locked.
 */
export async function changeOwnPassword(ctx: PlatformCtx, raw: ChangePasswordInput): Promise<void> {
  authorize(ctx, "platform:write");
  const { principal } = ctx;
  if (principal.type !== "operator") {
    throw new AppError("forbidden", "Only an operator who is signed in has a password to change.");
  }
  const input = parse(changePasswordInput, raw);
  const checked = await signIn(ctx, principal.email, input.current_password, "confirm_password");
  if (checked.outcome === "locked") {
    throw new AppError(
      "rate_limited",
      `Too many wrong passwords. Try again in ${checked.retryAfterSeconds} s.`,
      { retryAfterSeconds: checked.retryAfterSeconds },
    );
  }
  if (checked.outcome === "wrong") {
    throw new AppError("invalid_request", "/current_password: is not your password", {
      errors: [{ pointer: "/current_password", message: "is not your password" }],
    });
  }
  await changePassword(ctx, principal.id, input.new_password);
}
