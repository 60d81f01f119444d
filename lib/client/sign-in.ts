import { signIn } from "next-auth/react";

export type SignInOutcome =
  | { kind: "ok" }
  | { kind: "locked"; retryAfterSeconds: number }
  | { kind: "refused"; detail: string };

/** Opens a session for an operator or a member; the account locks after repeated wrong passwords. */
export async function openSession(email: string, password: string): Promise<SignInOutcome> {
  const answer = await signIn("credentials", { redirect: false, email, password }).catch(
    () => undefined,
  );
  if (answer?.ok && !answer.error) return { kind: "ok" };
  return toOutcome(answer?.error);
}

/** What next-auth gives as an error: `locked:<seconds>`, its own code for a refusal, or nothing. */
export function toOutcome(error: string | null | undefined): SignInOutcome {
  const seconds = /^locked:(\d+)$/.exec(error ?? "")?.[1];
  if (seconds !== undefined) return { kind: "locked", retryAfterSeconds: Number(seconds) };
  if (error === "CredentialsSignin") {
    return { kind: "refused", detail: "The e-mail address or the password is wrong." };
  }
  return { kind: "refused", detail: "Signing in failed on our side. Try again in a moment." };
}
