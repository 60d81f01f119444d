import { and, desc, lt, sql } from "drizzle-orm";
import { prompts, promptVersions } from "#db/schema/prompts.ts";
import { withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import { decodeCursor, type Page, type PageQuery, pageSize, toPage } from "#lib/core/page.ts";
import { change } from "./change.ts";
import {
  checkName,
  load,
  noVersion,
  oneOf,
  toPrompt,
  toPromptVersion,
  toVersionSummary,
  versionSummary,
  versionsOfPrompt,
} from "./row.ts";
import type { Prompt, PromptVersion, PromptVersionSummary } from "./schema.ts";

/** A version's number as an address has it; what is none is a version that is missing. */
function versionOf(name: string, text: string): number {
  const version = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : 0;
  if (version < 1 || version > 2_147_483_647) throw noVersion(name, text);
  return version;
}

/** The prompt's versions, newest first; `not_found` when the tenant has none of that name. */
export async function listPromptVersions(
  ctx: Ctx,
  name: string,
  query: PageQuery,
): Promise<Page<PromptVersionSummary>> {
  authorize(ctx, "prompts:read");
  checkName(name);
  const size = Math.min(pageSize(query), 1000);
  const before = query.cursor ? versionOf(name, decodeCursor(query.cursor, 1)[0] ?? "") : undefined;
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select(versionSummary)
      .from(prompts)
      .innerJoin(promptVersions, versionsOfPrompt())
      .where(
        and(
          oneOf(ctx, name),
          before === undefined ? undefined : lt(promptVersions.version, before),
        ),
      )
      .orderBy(desc(promptVersions.version))
      .limit(size + 1),
  );
  // A prompt always has a version, so the first page is empty for a missing one alone.
  if (rows.length === 0 && before === undefined) throw notFound("prompt", name);
  return toPage(rows, size, (row) => [String(row.version)], toVersionSummary);
}

/** One version of a prompt; `not_found` when either is missing. */
export async function getPromptVersion(
  ctx: Ctx,
  name: string,
  version: string,
): Promise<PromptVersion> {
  authorize(ctx, "prompts:read");
  checkName(name);
  const number = versionOf(name, version);
  const found = await withTenant(ctx.tenantId, (tx) => load(tx, ctx, name, number));
  return toPromptVersion(found.version, found.prompt.currentVersion);
}

/** Puts a version in use again: `version` moves to it, `latest_version` stays. */
export async function restorePromptVersion(
  ctx: Ctx,
  name: string,
  version: string,
): Promise<Prompt> {
  authorize(ctx, "prompts:write");
  checkName(name);
  const number = versionOf(name, version);
  return change(ctx, async (tx) => {
    const [before] = await tx.select().from(prompts).where(oneOf(ctx, name)).for("update");
    if (!before) throw notFound("prompt", name);
    const found = await load(tx, ctx, name, number);
    if (before.currentVersion === number) return toPrompt(before, found.version);
    const [row] = await tx
      .update(prompts)
      .set({ currentVersion: number, updatedAt: sql`now()` })
      .where(oneOf(ctx, name))
      .returning();
    if (!row) throw notFound("prompt", name);
    await audit(tx, ctx, {
      action: "prompt.restore",
      target: { type: "prompt", id: name },
      before: { version: before.currentVersion },
      after: { version: number },
    });
    return toPrompt(row, found.version);
  });
}
