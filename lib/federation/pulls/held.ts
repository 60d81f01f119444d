import { and, asc, eq, gt, ne } from "drizzle-orm";
import { federationOrigins } from "#db/schema/federation.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { decodeCursor, type Page, type PageQuery, pageSize, toPage } from "#lib/core/page.ts";
import { parse } from "#lib/core/parse.ts";
import type { ToolDocument, ToolRow } from "#lib/tools/revisions/document.ts";
import { putRevisionInUse } from "#lib/tools/revisions/publish.ts";
import { readRevision } from "#lib/tools/revisions/revision-row.ts";
import { change, checkId, lockTool, readTools, toTool } from "#lib/tools/row.ts";
import type { Tool } from "#lib/tools/schema.ts";
import { peerSource } from "./origins.ts";
import { readPeer } from "./peer-row.ts";
import { reachOf } from "./reach.ts";
import { type ApproveToolInput, approveToolInput, type HeldTool } from "./schema.ts";
import { digestOf } from "./tools.ts";

type OriginRow = typeof federationOrigins.$inferSelect;

const originsAtOnce = 200;

function pulledFrom(ctx: Ctx, peerId: string) {
  return and(
    eq(federationOrigins.tenantId, ctx.tenantId),
    eq(federationOrigins.source, peerSource(peerId)),
    eq(federationOrigins.kind, "tools"),
    ne(federationOrigins.fingerprint, ""),
  );
}

/** The draft of a tool, if it is what was pulled last and nobody has changed it since. */
async function draftOf(
  tx: Tx,
  ctx: Ctx,
  tool: ToolRow,
  origin: OriginRow,
): Promise<{ revision: number; document: ToolDocument; note: string } | null> {
  if (tool.draftRevision === null) return null;
  const { document, note } = await readRevision(tx, ctx, tool.toolId, tool.draftRevision);
  const pulled = document as ToolDocument;
  if (digestOf(pulled) !== origin.fingerprint) return null;
  return { revision: tool.draftRevision, document: pulled, note };
}

async function heldOf(tx: Tx, ctx: Ctx, origins: readonly OriginRow[]): Promise<HeldTool[]> {
  const ids = origins.map(({ entryId }) => entryId);
  const tools = new Map((await readTools(tx, ctx, ids, false)).map((tool) => [tool.toolId, tool]));
  const held: HeldTool[] = [];
  for (const origin of origins) {
    const tool = tools.get(origin.entryId);
    const draft = tool && (await draftOf(tx, ctx, tool, origin));
    if (!tool || !draft) continue;
    held.push({
      tool_id: tool.toolId,
      name: draft.document.name,
      description: draft.document.description,
      change: tool.publishedRevision === null ? "new" : "changed",
      digest: origin.fingerprint,
      revision: draft.revision,
      published_revision: tool.publishedRevision,
      note: draft.note,
      ...reachOf(draft.document.config),
      pulled_at: origin.pulledAt.toISOString(),
    });
  }
  return held;
}

/** The tools of a peer that wait for approval, in the order of their ids. Throws `not_found`. */
export async function listHeldTools(
  ctx: Ctx,
  peerId: string,
  query: PageQuery,
): Promise<Page<HeldTool>> {
  authorize(ctx, "federation:read");
  authorize(ctx, "tools:read");
  const size = Math.min(pageSize(query), 1000);
  let after = query.cursor ? (decodeCursor(query.cursor, 1)[0] ?? "") : "";
  const held = await withTenant(ctx.tenantId, async (tx) => {
    await readPeer(tx, ctx, peerId);
    const found: HeldTool[] = [];
    for (;;) {
      const origins = await tx
        .select()
        .from(federationOrigins)
        .where(and(pulledFrom(ctx, peerId), gt(federationOrigins.entryId, after)))
        .orderBy(asc(federationOrigins.entryId))
        .limit(originsAtOnce);
      found.push(...(await heldOf(tx, ctx, origins)));
      const last = origins.at(-1);
      if (found.length > size || origins.length < originsAtOnce || !last) return found;
      after = last.entryId;
    }
  });
  return toPage(
    held,
    size,
    (tool) => [tool.tool_id],
    (tool) => tool,
  );
}

function notHeld(toolId: string, peerId: string): AppError {
  return new AppError(
    "conflict",
    `Nothing of the tool "${toolId}" from the peer "${peerId}" waits for approval, or its draft was changed here since: publish that.`,
  );
}

/**
 * Publishes the definition of a tool that was pulled, by the digest of what was looked at. Needs
 * `federation:write` and `tools:write`. Throws `not_found`, and `conflict` when another definition
 * waits by now or the tool's name is taken.
 */
export async function approveTool(
  ctx: Ctx,
  peerId: string,
  toolId: string,
  raw: ApproveToolInput,
): Promise<Tool> {
  authorize(ctx, "federation:write");
  authorize(ctx, "tools:write");
  checkId(toolId);
  const { digest } = parse(approveToolInput, raw);
  return change(ctx, async (tx) => {
    await readPeer(tx, ctx, peerId);
    const [origin] = await tx
      .select()
      .from(federationOrigins)
      .where(and(pulledFrom(ctx, peerId), eq(federationOrigins.entryId, toolId)));
    if (!origin) throw notFound("tool", toolId);
    const before = await lockTool(tx, ctx, toolId);
    const draft = await draftOf(tx, ctx, before, origin);
    if (!draft) throw notHeld(toolId, peerId);
    if (origin.fingerprint !== digest) {
      throw new AppError(
        "conflict",
        `The definition of "${toolId}" has changed since it was looked at. Look again.`,
        { errors: [{ pointer: "/digest", message: "is not of the definition that waits" }] },
      );
    }
    const { revision } = draft;
    const after = await putRevisionInUse(tx, ctx, before, {
      ...{ revision, note: `Approved from the peer ${peerId}`, action: "tool.publish" },
    });
    await audit(tx, ctx, {
      action: "federation.tool_approve",
      target: { type: "tool", id: toolId },
      after: { peer_id: peerId, url: origin.url, digest, revision },
    });
    return toTool(after);
  });
}
