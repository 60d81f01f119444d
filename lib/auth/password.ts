import { authorize } from "#lib/core/authorize.ts";
import type { CallerCtx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { parse } from "#lib/core/parse.ts";
import { changePassword, checkPassword } from "./accounts.ts";
import { type ChangePasswordInput, changePasswordInput } from "./schema.ts";

/**
 * Gives the person who calls a new password and ends all of their sessions, this one included.
 * A wrong current password counts towards the account's lock. Throws `forbidden` for a caller that
 * is no person, `invalid_request`, and `rate_limited` while the account is locked.
 */
export async function changeOwnPassword(ctx: CallerCtx, raw: ChangePasswordInput): Promise<void> {
  const { principal } = ctx;
  if (principal.type !== "operator" && principal.type !== "member") {
    throw new AppError("forbidden", "Only a person who is signed in has a password to change.");
  }
  const kind = principal.type === "operator" ? "operator" : "user";
  if (kind === "operator") authorize(ctx, "platform:write");
  const input = parse(changePasswordInput, raw);
  const given = input.current_password;
  const checked = await checkPassword(kind, ctx, principal.email, given, "confirm_password");
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
  await changePassword(ctx, kind, principal.id, input.new_password);
}
