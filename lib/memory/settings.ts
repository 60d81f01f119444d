import type { Ctx } from "#lib/core/ctx.ts";
import type { memoryLanguages, memoryPolicies } from "#lib/tenants/schema.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";

export type MemoryPolicy = (typeof memoryPolicies)[number];
type MemoryLanguage = (typeof memoryLanguages)[number];

/** How a tenant keeps its items, as its `mcp_config` says it. */
export interface MemorySettings {
  /** What becomes of a new item where `max_memory_entries` are there. */
  policy: MemoryPolicy;
  /** Versions kept of each item besides the current one. */
  versions: number;
  /** PostgreSQL's text search configuration. */
  language: MemoryLanguage;
  /** Days that a deleted item can be brought back. */
  trashDays: number;
  /** The model, as `findModel` reads it, whose embeddings items are found by; null: none. */
  embedding: string | null;
}

/** The caller's tenant's settings; its configuration was checked when it was written. */
export async function settingsOf(ctx: Ctx): Promise<MemorySettings> {
  const config = (await findSnapshot(ctx.tenantId))?.tenant.mcp_config ?? {};
  return {
    policy: (config.memory_policy as MemoryPolicy | null | undefined) ?? "refuse",
    versions: (config.memory_versions as number | null | undefined) ?? 10,
    language: (config.memory_language as MemoryLanguage | null | undefined) ?? "simple",
    trashDays: (config.memory_trash_days as number | null | undefined) ?? 30,
    embedding: (config.memory_embedding as string | null | undefined) ?? null,
  };
}
