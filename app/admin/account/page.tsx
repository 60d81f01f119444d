import type { Metadata } from "next";
import { PasswordForm } from "#components/account/password-form.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { operatorCtx } from "#lib/auth/session.ts";

export const metadata: Metadata = { title: "Account" };

export default async function AccountPage() {
  const { email } = await operatorCtx();
  return (
    <>
      <PageHeader title="Account" description={`Signed in as ${email}`} />
      <Card className="max-w-xl">
        <CardHeader>
          <CardTitle>Change password</CardTitle>
          <CardDescription>Your sessions on other devices end when you change it.</CardDescription>
        </CardHeader>
        <CardContent>
          <PasswordForm email={email} />
        </CardContent>
      </Card>
    </>
  );
}
