import { withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { Page } from "#lib/core/page.ts";
import { parse } from "#lib/core/parse.ts";
import { allNamespaces, reaches, reachOf } from "../access.ts";
import { listItems } from "../items/read.ts";
import { listMemories } from "../service.ts";
import { type ExportQuery, exportQuery } from "./schema.ts";

const atOnce = 200;

async function* pages<T>(read: (cursor: string | undefined) => Promise<Page<T>>) {
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    yield page.items;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

function toLines(type: "context" | "item", rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify({ type, ...row })}\n`).join("");
}

/**
 * The memory that the caller may read, or an agent's, as JSON Lines in parts: context documents, then
 * items, as their pages are read. What is written meanwhile may be in it or not.
 */
export async function exportMemory(
  ctx: Ctx,
  raw: ExportQuery,
): Promise<AsyncGenerator<string, void>> {
  authorize(ctx, "memory:read");
  const { agent_id: agentId } = parse(exportQuery, raw);
  const reach = await reachOf(ctx);
  await withTenant(ctx.tenantId, (tx) =>
    audit(tx, ctx, {
      action: "memory.export",
      target: { type: "memory", id: agentId ?? "*" },
    }),
  );
  async function* parts() {
    const documents = pages((cursor) =>
      listMemories(ctx, { limit: atOnce, cursor, search: agentId }),
    );
    for await (const page of documents) {
      const wanted = page.filter(
        ({ agent_id }) =>
          (agentId === undefined || agent_id === agentId) &&
          reaches(reach, agent_id, allNamespaces, "read"),
      );
      if (wanted.length > 0) yield toLines("context", wanted);
    }
    const items = pages((cursor) => listItems(ctx, { limit: atOnce, cursor, agent_id: agentId }));
    for await (const page of items) if (page.length > 0) yield toLines("item", page);
  }
  return parts();
}
