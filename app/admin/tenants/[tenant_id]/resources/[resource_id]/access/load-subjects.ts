import type { SelectOption } from "#components/ui/select.tsx";
import { listKeys } from "#lib/auth/keys.ts";
import { listMembers } from "#lib/auth/tenant-members.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { grantableRoles } from "#lib/core/permissions.ts";
import { listConnectedApps } from "#lib/oauth/apps.ts";
import type { SubjectType } from "#lib/resources/access/schema.ts";

/** Whom a form can choose of each kind; others are entered by their ids. */
export type SubjectOptions = Record<SubjectType, SelectOption[]>;

// More than these in a menu help nobody.
const mostOptions = { limit: 200 };

export async function loadSubjects(ctx: Ctx): Promise<SubjectOptions> {
  const [keys, members, apps] = await Promise.all([
    listKeys(ctx, { ...mostOptions, kind: "tenant" }),
    listMembers(ctx, mostOptions),
    listConnectedApps(ctx, mostOptions),
  ]);
  const active = keys.items.filter(({ status }) => status === "active");
  const agents = new Set(active.flatMap(({ agent_id }) => agent_id ?? []));
  return {
    role: grantableRoles.map((role) => ({
      value: role,
      label: role,
      ...(role === "operator" ? { description: "Whoever runs this deployment" } : {}),
    })),
    member: members.items.map(({ user_id, email, role }) => ({
      ...{ value: user_id, label: email, description: role },
    })),
    key: active.map(({ key_id, name, hint }) => ({
      ...{ value: key_id, label: name, description: `${hint}…` },
    })),
    agent: [...agents].sort().map((agent) => ({ value: agent, label: agent })),
    client: apps.items.map(({ grant_id, client_name, granted_by }) => ({
      ...{ value: grant_id, label: client_name, description: `For ${granted_by.email}` },
    })),
  };
}
