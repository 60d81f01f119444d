import type { z } from "zod";
import { type Tx, withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { isJsonObject } from "#lib/core/json.ts";
import { parse } from "#lib/core/parse.ts";
import { registerMemoryInput } from "#lib/memory/schema.ts";
import { registerMemory } from "#lib/memory/service.ts";
import { saveDrafts } from "#lib/tools/bulk.ts";
import { documentOf } from "#lib/tools/revisions/document.ts";
import { checkDefinition } from "#lib/tools/revisions/write.ts";
import { registerToolInput } from "#lib/tools/schema.ts";
import { openTarget } from "./allowed.ts";
import { importEntries, parseEntries } from "./import.ts";
import { beforeImport, fetchList } from "./peer.ts";
import { fingerprintOf } from "./pulls/compare.ts";
import { erasedAmong } from "./pulls/erased.ts";
import { pulledNote, withoutMasks } from "./pulls/masks.ts";
import { rememberOrigins, type Source, trimOrigins } from "./pulls/origins.ts";
import type { PullKind } from "./pulls/schema.ts";
import { digestOf } from "./pulls/tools.ts";
import { type PullInput, type PullResult, pullInput } from "./schema.ts";

function memoriesOf(document: unknown): unknown[] | null {
  if (!isJsonObject(document)) return null;
  return Array.isArray(document.memories) ? document.memories : null;
}

function toolsOf(document: unknown): unknown[] | null {
  return Array.isArray(document) ? document : null;
}

/** Notes of entries that were taken, whatever was there, where they came from. */
async function rememberTaken(
  tx: Tx,
  ctx: Ctx,
  { source, kind }: { source: Source; kind: PullKind },
  taken: readonly { id: string; fingerprint: string }[],
): Promise<void> {
  const settled = taken.map(({ id, fingerprint }) => ({
    ...{ entryId: id, outcome: "replaced" as const, theirs: fingerprint },
    ...{ remoteUpdatedAt: null, base: null, isSame: true },
  }));
  await rememberOrigins(tx, ctx, source, kind, settled);
  await trimOrigins(tx, ctx);
}

/**
 * Copies every agent's context of a peer into the caller's tenant, replacing those of the same
 * agents, but for those whose memory was erased here. Needs `federation:write` and `memory:write`. Throws `invalid_request`,
 * `peer_not_allowed`, `upstream_failed` (nothing imported), or with `imported` what stopped it
 * midway, such as `limit_exceeded`.
 */
export async function pullMemory(ctx: Ctx, raw: PullInput): Promise<PullResult> {
  authorize(ctx, "federation:write");
  authorize(ctx, "memory:write");
  const { peer, source } = await openTarget(ctx, parse(pullInput, raw));
  const entries = await beforeImport(async () => {
    const found = await fetchList(peer, "/memory/all", memoriesOf);
    return parseEntries(peer, "/memories", registerMemoryInput, found, (e) => e.agent_id);
  });
  const erased = await withTenant(ctx.tenantId, (tx) => erasedAmong(tx, ctx, [...entries.keys()]));
  for (const agentId of erased) entries.delete(agentId);
  const pull = {
    action: "federation.memory_pull",
    peer,
    remoteTenantId: source.remoteTenantId,
    remember: (tx: Tx, written: readonly z.output<typeof registerMemoryInput>[]) =>
      rememberTaken(
        tx,
        ctx,
        { source, kind: "memory" },
        written.map((one) => ({ id: one.agent_id, fingerprint: fingerprintOf(one.context) })),
      ),
  };
  const imported = await importEntries(ctx, pull, entries, (entry) => registerMemory(ctx, entry));
  return { status: "ok", imported, tenant_id: ctx.tenantId };
}

type ToolInput = z.output<typeof registerToolInput>;

/** A tool of others' is a draft: nobody calls it before it is published here. */
async function saveForApproval(ctx: Ctx, tool: ToolInput, note: string): Promise<void> {
  await checkDefinition(ctx, tool);
  await withTenant(ctx.tenantId, (tx) => saveDrafts(tx, ctx, [tool], note));
}

/**
 * Copies every tool of a peer into the caller's tenant as drafts, which wait for `POST
 * /tools/{tool_id}/publish`; a published tool of the same id stays in use meanwhile. Needs
 * `federation:write` and `tools:write`. Throws as `pullMemory` does.
 */
export async function pullTools(ctx: Ctx, raw: PullInput): Promise<PullResult> {
  authorize(ctx, "federation:write");
  authorize(ctx, "tools:write");
  const { peer, source } = await openTarget(ctx, parse(pullInput, raw));
  const entries = await beforeImport(async () => {
    const found = await fetchList(peer, "/tools", toolsOf);
    const shown = found.map((tool) => withoutMasks(tool).entry);
    return parseEntries(peer, "", registerToolInput, shown, (e) => e.tool_id);
  });
  const pull = {
    action: "federation.tools_pull",
    peer,
    remoteTenantId: source.remoteTenantId,
    remember: (tx: Tx, written: readonly ToolInput[]) =>
      rememberTaken(
        tx,
        ctx,
        { source, kind: "tools" },
        written.map((one) => ({ id: one.tool_id, fingerprint: digestOf(documentOf(one)) })),
      ),
  };
  const note = pulledNote(source.url, []);
  const imported = await importEntries(ctx, pull, entries, (tool) =>
    saveForApproval(ctx, tool, note),
  );
  return { status: "ok", imported, tenant_id: ctx.tenantId };
}
