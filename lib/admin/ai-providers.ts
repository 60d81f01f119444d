import { eq, sql } from "drizzle-orm";
import { tenants } from "#db/schema/tenants.ts";
import type { Tx } from "#db/transaction.ts";
import { auditPlatform } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { PlatformCtx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { parse } from "#lib/core/parse.ts";
import { describeProviders, withEntry, withoutEntry } from "#lib/providers/entries.ts";
import {
  type AiProvider,
  type PutAiProviderInput,
  providerName,
  putAiProviderInput,
} from "#lib/providers/entry-schema.ts";
import { mostAiProviders } from "#lib/tenants/schema.ts";
import { changeTenant, lockTenant } from "./change-tenant.ts";

function find(tenantId: string, entries: unknown, name: string): AiProvider | undefined {
  return describeProviders(tenantId, entries as unknown[]).find((each) => each.name === name);
}

async function write(tx: Tx, tenantId: string, entries: unknown[]): Promise<void> {
  await tx
    .update(tenants)
    .set({ aiProviders: entries, updatedAt: sql`now()` })
    .where(eq(tenants.tenantId, tenantId));
}

/**
 * Adds a provider of language models to a tenant, or changes the one of that name; further keys of
 * its entry stay. Throws `invalid_request`, `not_found` and `limit_exceeded`.
 */
export async function putAiProvider(
  ctx: PlatformCtx,
  tenantId: string,
  name: string,
  raw: PutAiProviderInput,
): Promise<AiProvider> {
  authorize(ctx, "platform:write");
  const input = parse(putAiProviderInput, raw);
  return changeTenant(tenantId, async (tx) => {
    const row = await lockTenant(tx, tenantId);
    if (!row) throw notFound("tenant", tenantId);
    const before = find(tenantId, row.aiProviders, name);
    // Older entries may have other names, and keep them.
    if (!before) checkName(name);
    const entries = withEntry(row.aiProviders as unknown[], name, input);
    if (entries.length > mostAiProviders) {
      const text = `The tenant has ${mostAiProviders} AI providers, which is the most. Delete one.`;
      throw new AppError("limit_exceeded", text);
    }
    await write(tx, tenantId, entries);
    const after = find(tenantId, entries, name);
    if (!after) throw new Error("A provider that was written is not there");
    const action = before ? "ai_provider.update" : "ai_provider.create";
    const target = { type: "ai_provider", id: name };
    await auditPlatform(tx, ctx, { action, target, before, after }, tenantId);
    return after;
  });
}

function checkName(name: string): void {
  const [issue] = providerName.safeParse(name).error?.issues ?? [];
  if (!issue) return;
  throw new AppError("invalid_request", `The name ${issue.message}.`, {
    errors: [{ pointer: "/name", message: issue.message }],
  });
}

/** Takes a provider from a tenant; tools that name it fail from then on. Throws `not_found`. */
export async function deleteAiProvider(
  ctx: PlatformCtx,
  tenantId: string,
  name: string,
): Promise<void> {
  authorize(ctx, "platform:write");
  await changeTenant(tenantId, async (tx) => {
    const row = await lockTenant(tx, tenantId);
    if (!row) throw notFound("tenant", tenantId);
    const left = withoutEntry(row.aiProviders as unknown[], name);
    if (left === null) throw notFound("AI provider", name);
    await write(tx, tenantId, left);
    const target = { type: "ai_provider", id: name };
    const before = find(tenantId, row.aiProviders, name);
    await auditPlatform(tx, ctx, { action: "ai_provider.delete", target, before }, tenantId);
  });
}
