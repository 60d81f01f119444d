import NextAuth from "next-auth";
import { authOptions } from "#lib/auth/next-auth.ts";
import { publicUrl } from "#lib/http/origin.ts";

type Context = { params: Promise<{ nextauth: string[] }> };

/** Options are made at the first request: the build has no secret. */
function handler(request: Request, context: Context): Promise<Response> {
  return NextAuth(authOptions(publicUrl()))(request, context) as Promise<Response>;
}

export { handler as GET, handler as POST };
