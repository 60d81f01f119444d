import type { Metadata } from "next";
import { cookies } from "next/headers";
import { AuthFrame } from "#components/shell/auth-frame.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { listTenants } from "#lib/admin/tenants.ts";
import { findOperatorCtx, findSession, personCtx } from "#lib/auth/session.ts";
import {
  findChoice,
  fixedTenant,
  holderOf,
  memberChoices,
  type TenantChoice,
} from "#lib/oauth/consent.ts";
import { findInteraction, type Interaction, interactionCookie } from "#lib/oauth/interaction.ts";
import { ConsentForm } from "./consent-form.tsx";
import { WhoAsks } from "./who-asks.tsx";

export const metadata: Metadata = { title: "Connect an application" };

/** As many as a person scrolls through; an operator types the id of any other. */
const offeredTenants = 200;

const problems: Record<string, string> = {
  not_found: "There is no such tenant, or you do not belong to it.",
  invalid_request: "Allow at least one thing, or deny the request.",
  conflict: "Another account has signed in meanwhile. Look again before you allow it.",
};

type ConsentPageProps = {
  params: Promise<{ uid: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

/** The request, shown only to the browser that made it. */
async function ownInteraction(uid: string): Promise<Interaction | null> {
  const cookie = (await cookies()).get(interactionCookie)?.value;
  return cookie === uid ? findInteraction(uid) : null;
}

/** What the person may choose among; the one tenant where the address names it. */
async function choicesOf(interaction: Interaction): Promise<TenantChoice[]> {
  const identity = await findSession();
  const holder = identity && holderOf(identity);
  if (!holder) return [];
  const fixed = fixedTenant(interaction);
  if (fixed !== null) {
    const choice = await findChoice(holder, interaction, fixed);
    return choice ? [choice] : [];
  }
  if (holder.type === "member") return memberChoices(holder.id, interaction);
  const ctx = await findOperatorCtx();
  if (!ctx) return [];
  const { items } = await listTenants(ctx, { limit: offeredTenants });
  return items
    .filter(({ status }) => status === "active")
    .map(({ tenant_id, name }) => ({ tenantId: tenant_id, name, scopes: interaction.scopes }));
}

export default async function ConsentPage({ params, searchParams }: ConsentPageProps) {
  const { uid } = await params;
  const { problem, tenant } = await searchParams;
  const interaction = await ownInteraction(uid);
  if (!interaction) {
    return (
      <AuthFrame title="This request is over">
        <p className="text-sm">
          It was answered already, or it waited for too long. Go back to the application and connect
          again.
        </p>
      </AuthFrame>
    );
  }
  const { principal, email } = await personCtx();
  const choices = await choicesOf(interaction);
  const fixed = fixedTenant(interaction);
  return (
    <AuthFrame
      title={`Connect ${interaction.client.name}?`}
      description={`It wants to act for ${email} in a tenant.`}
    >
      <WhoAsks interaction={interaction} />
      {typeof problem === "string" && (
        <Alert tone="danger" title="Not connected">
          {problems[problem] ?? "Something went wrong. Try again."}
        </Alert>
      )}
      <ConsentForm
        uid={uid}
        account={principal.id}
        choices={choices}
        asked={interaction.scopes}
        fixedTenant={fixed}
        typed={principal.type === "operator" && fixed === null}
        wished={typeof tenant === "string" ? tenant : ""}
      />
    </AuthFrame>
  );
}
