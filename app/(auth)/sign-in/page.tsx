import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { AuthFrame } from "#components/shell/auth-frame.tsx";
import { findSession } from "#lib/auth/session.ts";
import { callbackPath } from "#lib/client/callback-path.ts";
import { SignInForm } from "./sign-in-form.tsx";

export const metadata: Metadata = { title: "Sign in" };

type SignInPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function SignInPage({ searchParams }: SignInPageProps) {
  const destination = callbackPath((await searchParams).callbackUrl);
  if (await findSession()) redirect(destination);
  return (
    <AuthFrame
      title="Sign in"
      description="With the account that your operator or your tenant gave you."
    >
      <SignInForm destination={destination} />
    </AuthFrame>
  );
}
