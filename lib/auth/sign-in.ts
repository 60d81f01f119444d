import { withPlatform } from "#db/transaction.ts";
import type { CallerCtx } from "#lib/core/ctx.ts";
import { env } from "#lib/core/env.ts";
import { limiterOf } from "#lib/core/limiter.ts";
import { checkPassword, findAccount, type SignInResult } from "./accounts.ts";

/** What is left of an address's wrong passwords this minute; what is right is never counted. */
function failuresOf(ip: string | null) {
  if (ip === null) return null;
  const points = env().TAUSESTACK_WRONG_CREDENTIALS_PER_MINUTE;
  return { limiter: limiterOf(points), points, key: `wrong-password:${ip}` };
}

/**
 * Checks what the sign-in page was given: an operator's address is theirs alone, else a user's. An
 * IP address that sent too many wrong passwords, for whatever accounts, is locked out for a minute.
 */
export async function signIn(
  caller: Pick<CallerCtx, "requestId" | "ip">,
  email: string,
  password: string,
): Promise<SignInResult> {
  const failures = failuresOf(caller.ip);
  const counted = await failures?.limiter.get(failures.key);
  if (failures && counted && counted.consumedPoints >= failures.points) {
    return { outcome: "locked", retryAfterSeconds: Math.ceil(counted.msBeforeNext / 1000) };
  }
  const operator = await withPlatform((tx) => findAccount(tx, "operator", email));
  const kind = operator ? "operator" : "user";
  const result = await checkPassword(kind, caller, email, password, "sign_in");
  if (result.outcome === "wrong") await failures?.limiter.penalty(failures.key);
  return result;
}
