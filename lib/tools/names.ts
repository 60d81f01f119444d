import { and, eq, inArray, isNotNull, isNull, ne, notInArray } from "drizzle-orm";
import { uniqueViolation } from "#db/errors.ts";
import { tools } from "#db/schema/tools.ts";
import type { Tx } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { asLimitExceeded } from "#lib/tenants/limits.ts";
import { isReservedName, reservedNames } from "./reserved-names.ts";

function nameTaken(name: string): AppError {
  return new AppError(
    "conflict",
    `MCP clients already call another tool of the tenant "${name}". Give this one another name, or archive or delete the other.`,
    { errors: [{ pointer: "/name", message: "is taken by another tool" }] },
  );
}

function nameReserved(name: string): AppError {
  const why = reservedNames.includes(name)
    ? "is a tool of the platform's own, which agents see beside the tenant's"
    : "begins as only the platform's own tools may (tausestack_, platform_)";
  return new AppError("conflict", `"${name}" ${why}. Give this tool another name.`, {
    errors: [{ pointer: "/name", message: "is reserved for the platform's own tools" }],
  });
}

/** Throws `conflict` for a name of the platform's; whoever had it before the platform did keeps it. */
export function refuseReservedName(mcpName: string, current: string | undefined): void {
  if (isReservedName(mcpName) && current !== mcpName) throw nameReserved(mcpName);
}

/** Throws `conflict` when another live tool of the tenant is called so. */
export async function refuseTakenName(tx: Tx, ctx: Ctx, name: string, id: string): Promise<void> {
  const [other] = await tx
    .select({ toolId: tools.toolId })
    .from(tools)
    .where(
      and(
        eq(tools.tenantId, ctx.tenantId),
        eq(tools.mcpName, name),
        ne(tools.toolId, id),
        isNotNull(tools.publishedRevision),
        isNull(tools.archivedAt),
      ),
    );
  if (other) throw nameTaken(name);
}

/** Which of these names live tools have that are none of `ids`. */
export async function namesOfOthers(
  tx: Tx,
  ctx: Ctx,
  names: readonly string[],
  ids: readonly string[],
): Promise<string[]> {
  const rows = await tx
    .select({ name: tools.mcpName })
    .from(tools)
    .where(
      and(
        eq(tools.tenantId, ctx.tenantId),
        inArray(tools.mcpName, [...names]),
        notInArray(tools.toolId, [...ids]),
        isNotNull(tools.publishedRevision),
        isNull(tools.archivedAt),
      ),
    );
  return rows.map(({ name }) => name);
}

/** What the database refused, in words: a name that is taken, or a limit of the tenant. */
export function toKnownError(error: unknown, mcpName: string): unknown {
  if (uniqueViolation(error) === "tools_mcp_name") return nameTaken(mcpName);
  return asLimitExceeded(error) ?? error;
}
