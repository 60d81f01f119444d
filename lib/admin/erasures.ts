import { hasErasure, listErasures } from "#lib/audit/erasures.ts";
import { systemTenantCtx } from "#lib/auth/identity.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx, PlatformCtx } from "#lib/core/ctx.ts";
import type { Page, PageQuery } from "#lib/core/page.ts";
import { parse } from "#lib/core/parse.ts";
import { eraseMemoryHere } from "#lib/federation/erase.ts";
import { subjectsByPseudonym } from "#lib/memory/erasure.ts";
import { type Certificate, certificate, type EraseInput } from "#lib/memory/erasure-schema.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import {
  type RepeatErasuresInput,
  type RepeatedErasures,
  repeatErasuresInput,
} from "./erasure-schema.ts";

/**
 * The certificates of all tenants, oldest first: what a backup's manifest keeps outside of the
 * database, so that what was erased after the backup can be erased again after it is restored.
 */
export async function readErasureManifest(
  ctx: PlatformCtx,
  query: PageQuery,
): Promise<Page<Certificate>> {
  const { items, next } = await listErasures(ctx, query);
  return { items: items.map((item) => certificate.parse(item)), next };
}

type Outcome = keyof RepeatedErasures;

type Subjects = Map<string, ReadonlyMap<string, string>>;

/** The subjects of a tenant are read once, however many of its erasures are repeated. */
async function subjectOf(
  ctx: Ctx,
  pseudonym: string,
  known: Subjects,
): Promise<string | undefined> {
  const subjects = known.get(ctx.tenantId) ?? (await subjectsByPseudonym(ctx));
  known.set(ctx.tenantId, subjects);
  return subjects.get(pseudonym);
}

async function repeat(
  ctx: PlatformCtx,
  erasure: Certificate,
  subjects: Subjects,
): Promise<Outcome> {
  const snapshot = await findSnapshot(erasure.tenant_id);
  if (snapshot?.tenant.created_at !== erasure.tenant_created_at) return "nothing_left";
  const inTenant = {
    ...systemTenantCtx("repeat-erasures", erasure.tenant_id),
    ...{ requestId: ctx.requestId, principal: ctx.principal, ip: ctx.ip },
  };
  if (await hasErasure(inTenant, erasure.certificate_id)) return "known";
  let scope: EraseInput = { agent_id: erasure.agent_id ?? undefined };
  if (erasure.subject_pseudonym !== null) {
    const subject = await subjectOf(inTenant, erasure.subject_pseudonym, subjects);
    if (subject === undefined) return "nothing_left";
    scope = { subject_id: subject };
  }
  const input = { ...scope, reference: erasure.reference ?? undefined };
  await eraseMemoryHere(inTenant, input, erasure.repeats ?? erasure.certificate_id);
  return "repeated";
}

/**
 * Erases again what these certificates tell of, where a restored backup has it still: to be done
 * before the deployment serves anybody. Those that the database has are left alone, so that the
 * whole manifest may be given. Throws `invalid_request`.
 */
export async function repeatErasures(
  ctx: PlatformCtx,
  raw: RepeatErasuresInput,
): Promise<RepeatedErasures> {
  authorize(ctx, "platform:write");
  const { erasures } = parse(repeatErasuresInput, raw);
  const counts: RepeatedErasures = { repeated: 0, known: 0, nothing_left: 0 };
  const subjects: Subjects = new Map();
  for (const erasure of erasures) counts[await repeat(ctx, erasure, subjects)] += 1;
  return counts;
}
