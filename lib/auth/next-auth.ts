import type { AuthOptions } from "next-auth";
import Credentials from "next-auth/providers/credentials";
import { uuidv7 } from "#lib/core/ids.ts";
import type { SignedIn } from "./accounts.ts";
import { clientHeader, sessionCookie, sessionSecret } from "./session-token.ts";
import { signIn } from "./sign-in.ts";

const sessionSeconds = 12 * 3600;

/** What the sign-in page is told when the account or the IP address is locked; anything else is a wrong password. */
const lockedPrefix = "locked:";

/** next-auth's configuration: people sign in with e-mail and password; the session is a JWT. */
export function authOptions(publicUrl: string): AuthOptions {
  const secure = publicUrl.startsWith("https:");
  return {
    secret: sessionSecret(),
    session: { strategy: "jwt", maxAge: sessionSeconds },
    pages: { signIn: "/sign-in", signOut: "/sign-in", error: "/sign-in" },
    cookies: {
      sessionToken: {
        name: sessionCookie,
        options: { httpOnly: true, sameSite: "lax", path: "/", secure },
      },
    },
    providers: [
      Credentials({
        credentials: { email: { type: "email" }, password: { type: "password" } },
        async authorize(credentials, request) {
          const forwarded: unknown = request.headers?.[clientHeader];
          const result = await signIn(
            { requestId: uuidv7(), ip: typeof forwarded === "string" ? forwarded : null },
            credentials?.email ?? "",
            credentials?.password ?? "",
          );
          if (result.outcome === "locked") {
            throw new Error(`${lockedPrefix}${result.retryAfterSeconds}`);
          }
          if (result.outcome === "wrong") return null;
          return result.account;
        },
      }),
    ],
    callbacks: {
      jwt({ token, user }) {
        if (!user) return token;
        const { kind, epoch } = user as Partial<SignedIn>;
        return { ...token, sub: user.id, kind, epoch };
      },
    },
  };
}
