import { and, asc, eq, inArray } from "drizzle-orm";
import { tools } from "#db/schema/tools.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, type FieldError } from "#lib/core/errors.ts";
import { parse } from "#lib/core/parse.ts";
import { change } from "../row.ts";
import type { ToolRow } from "./document.ts";
import { putRevisionInUse } from "./publish.ts";
import { type PublishAllInput, publishAllInput } from "./schema.ts";

/** Throws `not_found` where one is not there, and `conflict` where one has nothing to publish. */
function checkAll(ids: readonly string[], found: ReadonlyMap<string, ToolRow>): void {
  const at = (id: string) => `/tool_ids/${ids.indexOf(id)}`;
  const missing = ids.filter((id) => !found.has(id));
  if (missing.length > 0) {
    const errors = missing.map((id) => ({ pointer: at(id), message: "is no tool of the tenant" }));
    throw refusal("not_found", `There is no tool "${missing[0]}".`, errors);
  }
  const done = [...found.values()].filter(({ draftRevision }) => draftRevision === null);
  const [first] = done;
  if (!first) return;
  const errors = done.map(({ toolId }) => ({ pointer: at(toolId), message: "has no draft" }));
  const text = `The tool "${first.toolId}" has no draft to publish. Nothing was published; leave it out.`;
  throw refusal("conflict", text, errors);
}

function refusal(code: "not_found" | "conflict", detail: string, errors: FieldError[]): AppError {
  return new AppError(code, detail, { errors: errors.slice(0, 20) });
}

/**
 * Publishes the drafts of many tools: all of them or none. Throws `not_found`, and `conflict` for a
 * tool without a draft and for a name that is reserved or taken, also by another of them.
 */
export async function publishDrafts(
  ctx: Ctx,
  raw: PublishAllInput,
): Promise<{ published: string[] }> {
  authorize(ctx, "tools:write");
  const { tool_ids, note } = parse(publishAllInput, raw);
  const ids = [...new Set(tool_ids)];
  return change(ctx, async (tx) => {
    const rows = await tx
      .select()
      .from(tools)
      .where(and(eq(tools.tenantId, ctx.tenantId), inArray(tools.toolId, ids)))
      .orderBy(asc(tools.toolId))
      .for("update");
    const found = new Map(rows.map((row) => [row.toolId, row]));
    checkAll(ids, found);
    for (const row of rows) {
      const revision = row.draftRevision;
      if (revision === null) continue;
      await putRevisionInUse(tx, ctx, row, { revision, note, action: "tool.publish" });
    }
    return { published: ids };
  });
}
