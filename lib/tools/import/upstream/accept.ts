import { setImmediate as pause } from "node:timers/promises";
import { and, eq, inArray, sql } from "drizzle-orm";
import type { z } from "zod";
import { tools } from "#db/schema/tools.ts";
import { upstreamTools } from "#db/schema/upstream-tools.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { parse } from "#lib/core/parse.ts";
import { getUpstream } from "#lib/upstreams/service.ts";
import { saveAndPublishAll } from "../../bulk.ts";
import { documentOfRow, type ToolDocument, type ToolRow } from "../../revisions/document.ts";
import { checkDefinition } from "../../revisions/write.ts";
import { change } from "../../row.ts";
import { registerToolInput } from "../../schema.ts";
import { claimToolName } from "../openapi/names.ts";
import { changedParts, digestOf } from "./definition.ts";
import { ofUpstream, type UpstreamToolRow } from "./record.ts";
import {
  type AcceptUpstreamToolsInput,
  acceptUpstreamToolsInput,
  type IgnoreUpstreamToolsInput,
  ignoreUpstreamToolsInput,
  type UpstreamDefinition,
} from "./schema.ts";
import { toolNameOf } from "./tool-name.ts";

type Input = z.output<typeof registerToolInput>;

/** A tool to accept: its row, the definition that was looked at, and the tool that it is already. */
interface Wanted {
  row: UpstreamToolRow;
  offered: UpstreamDefinition;
  tool: ToolRow | null;
}

function refuse(code: "conflict" | "invalid_request", at: number, message: string): AppError {
  const errors = [{ pointer: `/tools/${at}`, message }];
  return new AppError(code, `/tools/${at}: ${message}`, { errors });
}

/** The rows of what was named, as it was looked at; throws `conflict` for what is not so any more. */
async function readWanted(
  tx: Tx,
  ctx: Ctx,
  upstreamId: string,
  named: z.output<typeof acceptUpstreamToolsInput>["tools"],
  lock: boolean,
): Promise<Wanted[]> {
  const names = named.map(({ name }) => name);
  const query = tx
    .select()
    .from(upstreamTools)
    .where(and(ofUpstream(ctx, upstreamId), inArray(upstreamTools.remoteName, names)))
    .orderBy(upstreamTools.remoteName);
  const rows = new Map(
    (lock ? await query.for("update") : await query).map((row) => [row.remoteName, row]),
  );
  const ids = [...rows.values()].flatMap(({ toolId }) => toolId ?? []);
  const served =
    ids.length === 0
      ? []
      : await tx
          .select()
          .from(tools)
          .where(and(eq(tools.tenantId, ctx.tenantId), inArray(tools.toolId, ids)));
  const byId = new Map(served.map((tool) => [tool.toolId, tool]));
  return named.map(({ name, digest }, at) => {
    const row = rows.get(name);
    const offered = (row?.offered ?? null) as UpstreamDefinition | null;
    if (!row || !offered) {
      throw refuse("conflict", at, `"${name}" is not offered by the upstream.`);
    }
    if (digestOf(offered) !== digest) {
      throw refuse("conflict", at, `"${name}" has changed since it was looked at. Look again.`);
    }
    return { row, offered, tool: byId.get(row.toolId ?? "") ?? null };
  });
}

const columnOf = {
  ...{ title: "title", description: "description", annotations: "annotations" },
  ...{ input_schema: "parameters", output_schema: "output_schema" },
} as const satisfies Record<keyof UpstreamDefinition, keyof ToolDocument>;

/** What is new in the definition goes into the tool; what was changed in it here stays. */
function updated(tool: ToolRow, row: UpstreamToolRow, offered: UpstreamDefinition): Input {
  const changed = changedParts(row.accepted as UpstreamDefinition, offered);
  const parts = changed.map((part) => [columnOf[part], offered[part]]);
  return parse(registerToolInput, {
    ...documentOfRow(tool),
    ...Object.fromEntries(parts),
    ...{ tool_id: tool.toolId, is_dynamic: tool.isDynamic },
  });
}

function created(name: string, upstreamId: string, { row, offered }: Wanted): Input {
  const { title, description, input_schema, output_schema, annotations } = offered;
  return parse(registerToolInput, {
    ...{ tool_id: name, name, title, description, output_schema, annotations },
    parameters: input_schema,
    config: { type: "mcp", implementation: `mcp:${upstreamId}/${row.remoteName}` },
  });
}

/** Names and ids that are taken, which no new tool gets. */
async function takenNames(tx: Tx, ctx: Ctx): Promise<Set<string>> {
  const rows = await tx
    .select({ toolId: tools.toolId, mcpName: tools.mcpName })
    .from(tools)
    .where(eq(tools.tenantId, ctx.tenantId));
  return new Set(rows.flatMap(({ toolId, mcpName }) => [toolId, mcpName]));
}

function inputsOf(
  upstreamId: string,
  prefix: string,
  wanted: readonly Wanted[],
  taken: Set<string>,
) {
  return wanted.map((one, at): { one: Wanted; input: Input } => {
    const { row, offered, tool } = one;
    try {
      if (tool && row.accepted) return { one, input: updated(tool, row, offered) };
      const name = claimToolName("", toolNameOf(prefix, row.remoteName), taken);
      return { one, input: created(name, upstreamId, one) };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      throw refuse("invalid_request", at, `"${row.remoteName}" makes no tool: ${error.message}`);
    }
  });
}

/** Compiles each schema, other requests in between. */
async function check(ctx: Ctx, inputs: readonly { one: Wanted; input: Input }[]): Promise<void> {
  for (const [at, { one, input }] of inputs.entries()) {
    try {
      await checkDefinition(ctx, input);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const name = one.row.remoteName;
      throw refuse("invalid_request", at, `"${name}" cannot be used: ${error.message}`);
    }
    await pause();
  }
}

/**
 * Publishes what an upstream offers, as it was looked at: new tools under the upstream's prefix,
 * changed ones as their next revision; all or none. Throws `conflict` for a definition that is
 * another by now, `invalid_request` for one that makes no tool, `limit_exceeded`, and `not_found`.
 */
export async function acceptUpstreamTools(
  ctx: Ctx,
  upstreamId: string,
  raw: AcceptUpstreamToolsInput,
): Promise<{ created: string[]; updated: string[] }> {
  authorize(ctx, "upstreams:write");
  authorize(ctx, "tools:write");
  const { tools: named } = parse(acceptUpstreamToolsInput, raw);
  const { prefix } = await getUpstream(ctx, upstreamId);
  const unique = [...new Map(named.map((one) => [one.name, one])).values()];
  const looked = await withTenant(ctx.tenantId, (tx) =>
    readWanted(tx, ctx, upstreamId, unique, false),
  );
  await check(ctx, inputsOf(upstreamId, prefix, looked, new Set()));
  return change(ctx, async (tx) => {
    const wanted = await readWanted(tx, ctx, upstreamId, unique, true);
    const inputs = inputsOf(upstreamId, prefix, wanted, await takenNames(tx, ctx));
    const written = await saveAndPublishAll(
      tx,
      ctx,
      inputs.map(({ input }) => input),
    );
    for (const { one, input } of inputs) {
      await tx
        .update(upstreamTools)
        .set({
          ...{ state: "accepted", accepted: one.offered, toolId: input.tool_id },
          updatedAt: sql`now()`,
        })
        .where(and(ofUpstream(ctx, upstreamId), eq(upstreamTools.remoteName, one.row.remoteName)));
    }
    await audit(tx, ctx, {
      action: "upstream.accept_tools",
      target: { type: "upstream", id: upstreamId },
      after: { tools: unique.map(({ name }) => name), ...written },
    });
    return written;
  });
}

/**
 * Sets new tools of an upstream aside: they are not told of again, and can still be accepted.
 * Throws `conflict` for one that is served, and `not_found` for an upstream.
 */
export async function ignoreUpstreamTools(
  ctx: Ctx,
  upstreamId: string,
  raw: IgnoreUpstreamToolsInput,
): Promise<{ ignored: string[] }> {
  authorize(ctx, "upstreams:write");
  const names = [...new Set(parse(ignoreUpstreamToolsInput, raw).names)];
  await getUpstream(ctx, upstreamId);
  return withTenant(ctx.tenantId, async (tx) => {
    const named = and(ofUpstream(ctx, upstreamId), inArray(upstreamTools.remoteName, names));
    const rows = await tx.select().from(upstreamTools).where(named).for("update");
    const waiting = new Set(
      rows.filter(({ toolId }) => toolId === null).map(({ remoteName }) => remoteName),
    );
    const other = names.find((name) => !waiting.has(name));
    if (other !== undefined) {
      const text = `"${other}" is no new tool of the upstream. Delete the tool that is served, or look again.`;
      throw new AppError("conflict", text);
    }
    await tx.update(upstreamTools).set({ state: "ignored", updatedAt: sql`now()` }).where(named);
    await audit(tx, ctx, {
      action: "upstream.ignore_tools",
      target: { type: "upstream", id: upstreamId },
      after: { tools: names },
    });
    return { ignored: names };
  });
}
