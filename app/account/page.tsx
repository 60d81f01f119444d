import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { PasswordForm } from "#components/account/password-form.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { personCtx } from "#lib/auth/session.ts";
import { PortalShell } from "../portal/portal-shell.tsx";

export const metadata: Metadata = { title: "Account" };

/** A member's own account, which is of no tenant. An operator's is in the console. */
export default async function AccountPage() {
  const { principal, email } = await personCtx();
  if (principal.type === "operator") redirect("/admin/account");
  return (
    <PortalShell root="/account" email={email} title="Member">
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
    </PortalShell>
  );
}
