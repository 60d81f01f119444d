import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { isJsonObject } from "#lib/core/json.ts";
import { parse } from "#lib/core/parse.ts";
import { registerMemoryInput } from "#lib/memory/schema.ts";
import { registerMemory } from "#lib/memory/service.ts";
import { registerToolInput } from "#lib/tools/schema.ts";
import { registerTool } from "#lib/tools/service.ts";
import { importEntries, parseEntries } from "./import.ts";
import { fetchList, openPeer } from "./peer.ts";
import { type PullInput, type PullResult, pullInput } from "./schema.ts";

function memoriesOf(document: unknown): unknown[] | null {
  if (!isJsonObject(document)) return null;
  return Array.isArray(document.memories) ? document.memories : null;
}

function toolsOf(document: unknown): unknown[] | null {
  return Array.isArray(document) ? document : null;
}

/**
 * Copies every agent's context of a peer into the caller's tenant, replacing those of the same
 * agents. Needs `federation:write` and `memory:write`. Throws `invalid_request`,
 * `peer_not_allowed`, `upstream_failed` (nothing imported), or with `imported` what stopped it
 * midway, such as `limit_exceeded`.
 */
export async function pullMemory(ctx: Ctx, raw: PullInput): Promise<PullResult> {
  authorize(ctx, "federation:write");
  authorize(ctx, "memory:write");
  const input = parse(pullInput, raw);
  const peer = await openPeer(ctx, input);
  const found = await fetchList(peer, "/memory/all", memoriesOf);
  const entries = parseEntries(peer, "/memories", registerMemoryInput, found, (e) => e.agent_id);
  const pull = {
    action: "federation.memory_pull",
    peer,
    remoteTenantId: input.tenant_id ?? null,
  };
  const imported = await importEntries(ctx, pull, entries, (entry) => registerMemory(ctx, entry));
  return { status: "ok", imported, tenant_id: ctx.tenantId };
}

/**
 * Copies every tool of a peer into the caller's tenant, replacing those of the same ids. Needs
 * `federation:write` and `tools:write`. Throws as `pullMemory` does.
 */
export async function pullTools(ctx: Ctx, raw: PullInput): Promise<PullResult> {
  authorize(ctx, "federation:write");
  authorize(ctx, "tools:write");
  const input = parse(pullInput, raw);
  const peer = await openPeer(ctx, input);
  const found = await fetchList(peer, "/tools", toolsOf);
  const entries = parseEntries(peer, "", registerToolInput, found, (e) => e.tool_id);
  const pull = { action: "federation.tools_pull", peer, remoteTenantId: input.tenant_id ?? null };
  const imported = await importEntries(ctx, pull, entries, (entry) => registerTool(ctx, entry));
  return { status: "ok", imported, tenant_id: ctx.tenantId };
}
