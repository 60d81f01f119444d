import { agentOf, subjectNamesOf } from "#lib/auth/subjects.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { type MemoryGrant, memoryRulesOf } from "./rules.ts";

type Access = MemoryGrant["access"];

/** What of the tenant's memory a caller that acts for one agent may use. */
export interface Reach {
  agentId: string;
  /** What other agents share with it. */
  shared: readonly Pick<MemoryGrant, "agentId" | "namespace" | "access">[];
}

/** Every namespace of an agent, and its context document. */
export const allNamespaces = "*";

/** Null: the caller acts for no agent, and its scopes alone say what it may do. */
export async function reachOf(ctx: Ctx): Promise<Reach | null> {
  const agentId = agentOf(ctx);
  if (agentId === null) return null;
  const { grants } = await memoryRulesOf(ctx.tenantId);
  if (grants.length === 0) return { agentId, shared: [] };
  const names = await subjectNamesOf(ctx);
  return { agentId, shared: grants.filter(({ grantee }) => names.includes(grantee)) };
}

/** Whether a reach covers a namespace; `*` asks for the whole of an agent's memory. */
export function reaches(
  reach: Reach | null,
  agentId: string,
  namespace: string,
  access: Access,
): boolean {
  if (reach === null || reach.agentId === agentId) return true;
  return reach.shared.some(
    (grant) =>
      grant.agentId === agentId &&
      (grant.namespace === allNamespaces || grant.namespace === namespace) &&
      (access === "read" || grant.access === "write"),
  );
}

/**
 * Refuses a caller that acts for another agent and was granted nothing here. The answer is the same
 * whether there is anything, since nothing is looked up. Throws `forbidden`.
 */
export async function requireReach(
  ctx: Ctx,
  agentId: string,
  namespace: string,
  access: Access,
): Promise<void> {
  const own = agentOf(ctx);
  // Most callers act for no agent or use their own memory, and wait for nothing.
  if (own === null || own === agentId) return;
  if (reaches(await reachOf(ctx), agentId, namespace, access)) return;
  const what = namespace === allNamespaces ? "memory" : `namespace "${namespace}"`;
  throw new AppError(
    "forbidden",
    `The key acts for the agent "${own}". To ${access} the ${what} of "${agentId}" it needs a grant.`,
  );
}

/** What governs the memory of all agents is not for a key that acts for one. Throws `forbidden`. */
export function requireNoAgent(ctx: Ctx): void {
  const own = agentOf(ctx);
  if (own === null) return;
  throw new AppError(
    "forbidden",
    `The key acts for the agent "${own}". Use a credential of the tenant that names no agent.`,
  );
}
