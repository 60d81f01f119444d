import { and, asc, eq, inArray, type SQL, sql } from "drizzle-orm";
import { prompts, promptVersions } from "#db/schema/prompts.ts";
import type { Tx } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import type { Icon } from "#lib/core/icon-schema.ts";
import type { PromptMessage } from "./content-schema.ts";
import {
  type Prompt,
  type PromptArgument,
  type PromptVersion,
  type PromptVersionSummary,
  promptName,
} from "./schema.ts";

export type PromptRow = typeof prompts.$inferSelect;
export type VersionRow = typeof promptVersions.$inferSelect;

function toShown(version: VersionRow) {
  return {
    title: version.title,
    description: version.description,
    icons: version.icons as Icon[],
    arguments: version.arguments as PromptArgument[],
    messages: version.messages as PromptMessage[],
  };
}

/** A prompt and its current version as they stand on the wire. */
export function toPrompt(row: PromptRow, version: VersionRow): Prompt {
  return {
    name: row.name,
    ...toShown(version),
    version: version.version,
    latest_version: row.latestVersion,
    tenant_id: row.tenantId,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

export function toPromptVersion(row: VersionRow, currentVersion: number): PromptVersion {
  return {
    name: row.name,
    version: row.version,
    is_current: row.version === currentVersion,
    ...toShown(row),
    created_at: row.createdAt.toISOString(),
    created_by: { type: row.principalType, id: row.principalId },
  };
}

/** What a list of versions reads: the rows without their messages. */
export const versionSummary = {
  version: promptVersions.version,
  title: promptVersions.title,
  messagesCount: sql<number>`json_array_length(${promptVersions.messages})`,
  principalType: promptVersions.principalType,
  principalId: promptVersions.principalId,
  createdAt: promptVersions.createdAt,
  currentVersion: prompts.currentVersion,
};

export function toVersionSummary(
  row: Pick<VersionRow, "version" | "title" | "principalType" | "principalId" | "createdAt"> & {
    messagesCount: number;
    currentVersion: number;
  },
): PromptVersionSummary {
  return {
    version: row.version,
    is_current: row.version === row.currentVersion,
    title: row.title,
    messages_count: row.messagesCount,
    created_at: row.createdAt.toISOString(),
    created_by: { type: row.principalType, id: row.principalId },
  };
}

/** The one prompt of that name in the caller's tenant. */
export function oneOf(ctx: Ctx, name: string) {
  return and(eq(prompts.tenantId, ctx.tenantId), eq(prompts.name, name));
}

/** Versions beside the prompt that they belong to. */
export function versionsOfPrompt(): SQL | undefined {
  return and(eq(promptVersions.tenantId, prompts.tenantId), eq(promptVersions.name, prompts.name));
}

/** Names that no prompt can have are missing ones, and PostgreSQL never sees them. */
export function checkName(name: string): void {
  if (!promptName.safeParse(name).success) throw notFound("prompt", name);
}

export function noVersion(name: string, version: number | string) {
  return new AppError("not_found", `The prompt "${name}" has no version ${version}.`);
}

/** The prompt with one version, the current one unless told; throws `not_found` for either. */
export async function load(
  tx: Tx,
  ctx: Ctx,
  name: string,
  version?: number,
): Promise<{ prompt: PromptRow; version: VersionRow }> {
  const [found] = await tx
    .select({ prompt: prompts, version: promptVersions })
    .from(prompts)
    .leftJoin(
      promptVersions,
      and(versionsOfPrompt(), eq(promptVersions.version, version ?? prompts.currentVersion)),
    )
    .where(oneOf(ctx, name));
  if (!found) throw notFound("prompt", name);
  if (!found.version) throw noVersion(name, version ?? found.prompt.currentVersion);
  return { prompt: found.prompt, version: found.version };
}

/** The names of all of the tenant's prompts, up to `most` of them. */
export async function promptNames(tx: Tx, ctx: Ctx, most: number): Promise<string[]> {
  const rows = await tx
    .select({ name: prompts.name })
    .from(prompts)
    .where(eq(prompts.tenantId, ctx.tenantId))
    .orderBy(asc(prompts.name))
    .limit(most);
  return rows.map(({ name }) => name);
}

/** Those of these prompts that are there, with their current versions; `lock`: to be changed. */
export function readPrompts(tx: Tx, ctx: Ctx, names: readonly string[], lock: boolean) {
  const known = names.filter((name) => promptName.safeParse(name).success);
  const found = tx
    .select({ prompt: prompts, version: promptVersions })
    .from(prompts)
    .innerJoin(
      promptVersions,
      and(versionsOfPrompt(), eq(promptVersions.version, prompts.currentVersion)),
    )
    .where(and(eq(prompts.tenantId, ctx.tenantId), inArray(prompts.name, known)))
    .orderBy(asc(prompts.name));
  return lock ? found.for("update", { of: prompts }).execute() : found.execute();
}
