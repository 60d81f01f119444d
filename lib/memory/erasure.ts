import { type SQL, sql } from "drizzle-orm";
import { memories, memoryGrants, memoryItems, memoryVersions } from "#db/schema/memory.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { redactAudit } from "#lib/audit/redact.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import { commitChange } from "#lib/core/bus.ts";
import { sha256Hex } from "#lib/core/crypto.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import { uuidv7 } from "#lib/core/ids.ts";
import { derivedSecret } from "#lib/core/keyring.ts";
import { parse } from "#lib/core/parse.ts";
import { lockQuota } from "#lib/tenants/lock-quota.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import { requireNoAgent } from "./access.ts";
import { type Certificate, type EraseInput, eraseInput } from "./erasure-schema.ts";
import { quota } from "./room.ts";
import { memoryRulesTopic } from "./rules.ts";
import { metered } from "./usage.ts";

interface Erased {
  items: number;
  versions: number;
  documents: number;
  digest: string;
}

/** Which items go, and which versions besides those of these items. */
interface Scope {
  items: SQL;
  versions: SQL;
}

function scopeOf(ctx: Ctx, input: EraseInput): Scope {
  const ofTenant = sql`tenant_id = ${ctx.tenantId}`;
  if (input.agent_id !== undefined) {
    return { items: sql`${ofTenant} and agent_id = ${input.agent_id}`, versions: sql`false` };
  }
  const ofSubject = sql`${ofTenant} and subject_id = ${input.subject_id}`;
  return { items: ofSubject, versions: ofSubject };
}

/**
 * What is about to go: counts, and a digest over each version's id, number and the SHA-256 of its
 * content, with which whoever has an export can prove what it was. Ids are random, so that nobody
 * else can find a content by trying.
 */
async function summarize(tx: Tx, ctx: Ctx, { items, versions }: Scope) {
  const [row] = await tx.execute(sql`
    with gone as (select item_id from ${memoryItems} where ${items}),
    said as (
      select item_id, version, content, true as current from ${memoryItems} where ${items}
      union all
      select item_id, version, content, false from ${memoryVersions}
      where tenant_id = ${ctx.tenantId} and (item_id in (select item_id from gone) or ${versions})
    )
    select count(*) filter (where current)::int as items,
      count(*) filter (where not current)::int as versions,
      encode(sha256(convert_to(coalesce(string_agg(
        item_id || ' ' || version || ' ' || encode(sha256(convert_to(content::text, 'UTF8')), 'hex'),
        E'\n' order by item_id, version), ''), 'UTF8')), 'hex') as digest
    from said`);
  return row as unknown as Omit<Erased, "documents">;
}

async function eraseAgent(tx: Tx, ctx: Ctx, agentId: string): Promise<number> {
  const gone = await tx.execute(sql`
    delete from ${memories} where tenant_id = ${ctx.tenantId} and agent_id = ${agentId}
    returning agent_id`);
  await tx.execute(sql`
    delete from ${memoryGrants} where tenant_id = ${ctx.tenantId}
      and (agent_id = ${agentId} or (grantee_type = 'agent' and grantee_id = ${agentId}))`);
  return gone.length;
}

/** A data subject's name in the certificate: who knows it can find it again, nobody can read it. */
function pseudonymOf(ctx: Ctx, subjectId: string): string {
  return sha256Hex(`${derivedSecret("memory-erasure")} ${ctx.tenantId} ${subjectId}`);
}

/** The data subjects that the tenant has something about, by their names in certificates. */
export async function subjectsByPseudonym(ctx: Ctx): Promise<ReadonlyMap<string, string>> {
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx.execute<{ subject_id: string }>(sql`
      select subject_id from ${memoryItems}
        where tenant_id = ${ctx.tenantId} and subject_id is not null
      union select subject_id from ${memoryVersions}
        where tenant_id = ${ctx.tenantId} and subject_id is not null`),
  );
  return new Map(rows.map(({ subject_id }) => [pseudonymOf(ctx, subject_id), subject_id]));
}

export interface ErasureOptions {
  /** The certificate of an erasure that a restored backup lacks. */
  repeats?: string | null;
  /** Takes what later domains keep of an agent, in the same transaction and before all else. */
  alongside?: (tx: Tx, agentId: string) => Promise<void>;
}

/**
 * Erases all of an agent's memory, or all items that are about a data subject: versions, what is in
 * the trash, an agent's context document and grants. What stays is a certificate in the audit log,
 * with counts and a digest and no content; what the log said of the agent's document goes too.
 * Throws `invalid_request`, and `forbidden` for a key that acts for an agent.
 */
export async function eraseMemory(
  ctx: Ctx,
  raw: EraseInput,
  { repeats = null, alongside }: ErasureOptions = {},
): Promise<Certificate> {
  authorize(ctx, "memory:write");
  requireNoAgent(ctx);
  const input = parse(eraseInput, raw);
  const { agent_id: agentId, subject_id: subjectId } = input;
  const certificateId = uuidv7();
  const snapshot = await findSnapshot(ctx.tenantId);
  if (!snapshot) throw notFound("tenant", ctx.tenantId);
  const { tenant } = snapshot;
  return metered(ctx, "memory.erase", agentId ?? "", async () => {
    const scope = scopeOf(ctx, input);
    const erase = async (tx: Tx): Promise<Certificate> => {
      if (agentId !== undefined) await alongside?.(tx, agentId);
      await lockQuota(tx, ctx.tenantId, quota);
      const summary = await summarize(tx, ctx, scope);
      await tx.execute(sql`delete from ${memoryItems} where ${scope.items}`);
      await tx.execute(sql`delete from ${memoryVersions} where ${scope.versions}`);
      const documents = agentId === undefined ? 0 : await eraseAgent(tx, ctx, agentId);
      const certificate: Certificate = {
        certificate_id: certificateId,
        ...{ tenant_id: ctx.tenantId, tenant_created_at: tenant.created_at },
        scope: agentId === undefined ? "subject" : "agent",
        agent_id: agentId ?? null,
        subject_pseudonym: subjectId === undefined ? null : pseudonymOf(ctx, subjectId),
        ...summary,
        documents,
        reference: input.reference ?? null,
        repeats,
        erased_at: new Date().toISOString(),
      };
      await audit(tx, ctx, {
        action: "memory.erase",
        target: { type: "memory_erasure", id: certificateId },
        after: certificate,
      });
      return certificate;
    };
    const certificate =
      agentId === undefined
        ? await withTenant(ctx.tenantId, erase)
        : await commitChange(ctx, memoryRulesTopic, erase);
    if (agentId !== undefined) {
      const actions = ["memory.create", "memory.update", "memory.delete"];
      const what = { tenantId: ctx.tenantId, targetType: "memory", targetId: agentId, actions };
      await redactAudit(what, certificateId);
    }
    return certificate;
  });
}
