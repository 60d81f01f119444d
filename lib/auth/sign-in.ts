import { withPlatform } from "#db/transaction.ts";
import type { CallerCtx } from "#lib/core/ctx.ts";
import { checkPassword, findAccount, type SignInResult } from "./accounts.ts";

/** Checks what the sign-in page was given: an operator's address is theirs alone, else a user's. */
export async function signIn(
  caller: Pick<CallerCtx, "requestId" | "ip">,
  email: string,
  password: string,
): Promise<SignInResult> {
  const operator = await withPlatform((tx) => findAccount(tx, "operator", email));
  const kind = operator ? "operator" : "user";
  return checkPassword(kind, caller, email, password, "sign_in");
}
