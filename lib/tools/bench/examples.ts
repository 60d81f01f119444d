import { and, asc, count, eq } from "drizzle-orm";
import { toolExamples } from "#db/schema/tools.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { prefixedId } from "#lib/core/ids.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { parse } from "#lib/core/parse.ts";
import { refuseUngranted } from "../governance/visibility.ts";
import { schemaMistakes } from "../json-schema/validator.ts";
import { checkId, lockTool, readTool } from "../row.ts";
import {
  type CreateExampleInput,
  createExampleInput,
  type Expectation,
  type ToolExample,
} from "./example-schema.ts";

export const mostExamples = 50;

function toExample(row: typeof toolExamples.$inferSelect): ToolExample {
  return {
    example_id: row.exampleId,
    tool_id: row.toolId,
    name: row.name,
    arguments: row.arguments as JsonObject,
    expectation: row.expectation as Expectation,
    created_at: row.createdAt.toISOString(),
    created_by: { type: row.principalType, id: row.principalId },
  };
}

function ofTool(ctx: Ctx, id: string) {
  return and(eq(toolExamples.tenantId, ctx.tenantId), eq(toolExamples.toolId, id));
}

/** Values that nothing could be compared with are told now, not at the next replay. */
async function checkSchema({ tenantId }: Ctx, expectation: Expectation): Promise<void> {
  if (expectation.mode !== "schema") return;
  const errors = (await schemaMistakes(tenantId, expectation.value)).map(
    ({ pointer, message }) => ({
      pointer: `/expectation/value${pointer}`,
      message,
    }),
  );
  if (errors.length === 0) return;
  const detail = errors.map(({ pointer, message }) => `${pointer}: ${message}`).join("; ");
  throw new AppError("invalid_request", detail, { errors });
}

async function refuseTooMany(tx: Tx, ctx: Ctx, id: string): Promise<void> {
  const [found] = await tx.select({ count: count() }).from(toolExamples).where(ofTool(ctx, id));
  if ((found?.count ?? 0) < mostExamples) return;
  throw new AppError(
    "limit_exceeded",
    `A tool has at most ${mostExamples} examples. Delete one that is no longer needed.`,
    { extra: { limit: "max_examples", value: mostExamples } },
  );
}

/** Saves arguments of a tool with what is expected of them, to be replayed at any time. */
export async function createExample(
  ctx: Ctx,
  id: string,
  raw: CreateExampleInput,
): Promise<ToolExample> {
  authorize(ctx, "tools:write");
  checkId(id);
  const { name, arguments: args, expectation } = parse(createExampleInput, raw);
  await checkSchema(ctx, expectation);
  return withTenant(ctx.tenantId, async (tx) => {
    await lockTool(tx, ctx, id);
    await refuseTooMany(tx, ctx, id);
    const exampleId = prefixedId("example");
    const [row] = await tx
      .insert(toolExamples)
      .values({
        ...{ tenantId: ctx.tenantId, toolId: id, exampleId, name, arguments: args, expectation },
        principalType: ctx.principal.type,
        principalId: ctx.principal.id,
      })
      .returning();
    if (!row) throw new Error("The insert returned no row");
    await audit(tx, ctx, {
      action: "tool.add_example",
      target: { type: "tool", id },
      after: { example_id: exampleId, name, mode: expectation.mode },
    });
    return toExample(row);
  });
}

/** The tool's examples, oldest first; `not_found` when the tenant has none of that id. */
export async function listExamples(ctx: Ctx, id: string): Promise<ToolExample[]> {
  authorize(ctx, "tools:read");
  checkId(id);
  await refuseUngranted(ctx, id);
  const rows = await withTenant(ctx.tenantId, async (tx) => {
    await readTool(tx, ctx, id);
    return tx
      .select()
      .from(toolExamples)
      .where(ofTool(ctx, id))
      .orderBy(asc(toolExamples.createdAt), asc(toolExamples.exampleId));
  });
  return rows.map(toExample);
}

/** Removes an example; `not_found` when the tool has none of that id. */
export async function deleteExample(ctx: Ctx, id: string, exampleId: string): Promise<void> {
  authorize(ctx, "tools:write");
  checkId(id);
  if (!/^example_[0-9a-f]{32}$/.test(exampleId)) throw notFound("example", exampleId);
  await withTenant(ctx.tenantId, async (tx) => {
    const [gone] = await tx
      .delete(toolExamples)
      .where(and(ofTool(ctx, id), eq(toolExamples.exampleId, exampleId)))
      .returning();
    if (!gone) throw notFound("example", exampleId);
    await audit(tx, ctx, {
      action: "tool.delete_example",
      target: { type: "tool", id },
      before: { example_id: exampleId, name: gone.name },
    });
  });
}
