import type { Tx } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { allPermissions, tenantPermissions } from "#lib/core/permissions.ts";

export type KeyKind = "tenant" | "platform";

/** A key can hand out no more than it has itself. */
export function refuseEscalation(ctx: Ctx, kind: KeyKind, scopes: readonly string[]): void {
  const all = kind === "platform" ? allPermissions : tenantPermissions;
  const wanted = scopes.includes("*") ? all : scopes;
  const missing = wanted.filter((scope) => !ctx.permissions.has(scope as never));
  if (missing.length === 0) return;
  throw new AppError(
    "insufficient_scope",
    `A credential can only give scopes that it has; this one lacks ${missing.join(", ")}.`,
  );
}

function agentOf({ principal }: Ctx): string | null {
  return principal.type === "key" ? principal.agentId : null;
}

/** An agent's key makes keys of that agent alone. */
export function refuseOtherAgent(ctx: Ctx, agentId: string | null): void {
  const own = agentOf(ctx);
  if (own === null || own === agentId) return;
  throw new AppError("forbidden", `A key of the agent "${own}" makes keys of that agent alone.`);
}

/** Whom tools may be granted to and what a key would be: itself and those before it, and its agent. */
export interface KeyNames {
  keyIds: readonly string[];
  agentId: string | null;
}

/** Whether tools are granted to any of these; the tools' part of the platform tells. */
export type HasGrants = (tx: Tx, ctx: Ctx, names: KeyNames) => Promise<boolean>;

/** Not told otherwise, there may be grants. */
export const unknownGrants: HasGrants = async () => true;

/** Who may not grant tools hands out no key that has what was granted to somebody else. */
export async function refuseGranted(tx: Tx, ctx: Ctx, names: KeyNames, hasGrants: HasGrants) {
  const { keyIds, agentId } = names;
  const isOwnAgent = agentId === null || agentId === agentOf(ctx);
  const isOwnKey = keyIds.length === 0 || keyIds.includes(ctx.principal.id);
  if (ctx.permissions.has("tools:govern") || (isOwnAgent && isOwnKey)) return;
  if (!(await hasGrants(tx, ctx, names))) return;
  throw new AppError(
    "insufficient_scope",
    "Tools are granted to what this key would be, so that making it needs the scope tools:govern too.",
    { extra: { scope: "tools:govern" } },
  );
}
