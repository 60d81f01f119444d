import { withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { type SubjectFacts, subjectNamesOf } from "#lib/auth/subjects.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import { parse } from "#lib/core/parse.ts";
import { noteUsage } from "#lib/usage/ledger.ts";
import { resourceCatalogOf } from "../catalog.ts";
import { findByUri } from "../find.ts";
import type { Resource } from "../schema.ts";
import { usageOf } from "../usage.ts";
import { accessTo, type Governable, isGrantedOnly, isVisible, requireVisible } from "./access.ts";
import { answerOf, type Case, summaryOf } from "./answer.ts";
import { ceilingOf, type Grant } from "./engine.ts";
import { loadGoverned, toGrant } from "./grant-row.ts";
import { resourceRulesOf } from "./rules.ts";
import {
  type CheckAnswer,
  type CheckInput,
  checkInput,
  knownPermissions,
  type PermissionAnswer,
  type ResourceAccess,
  type Subject,
} from "./schema.ts";
import { factsOf, subjectName } from "./subjects.ts";

/** The words that are of interest for a resource: what it offers, what was granted, and the known. */
function wordsOf(ceiling: ReadonlySet<string>, grants: readonly Grant[]): string[] {
  const granted = grants.flatMap(({ permissions }) => permissions);
  return [...new Set([...knownPermissions, ...ceiling, ...granted])];
}

async function callerFacts(ctx: Ctx): Promise<SubjectFacts> {
  return { names: await subjectNamesOf(ctx), permissions: ctx.permissions };
}

/** A resource and its grants as the process has them, without a look at the database. */
async function caseOf(ctx: Ctx, { resource_id, access_permissions }: Governable): Promise<Case> {
  const [rules, closed] = await Promise.all([
    resourceRulesOf(ctx.tenantId),
    isGrantedOnly(ctx.tenantId),
  ]);
  const governed = rules?.get(resource_id);
  return {
    id: resource_id,
    isOpen: !governed && !closed,
    ceiling: governed?.ceiling ?? ceilingOf(access_permissions),
    grants: governed?.grants ?? [],
    now: Date.now(),
  };
}

/**
 * Who can do what with a resource, and why: each subject that it was granted to, with all that the
 * subject has by its other names too (a member's role, a key's agent). Throws `not_found`.
 */
export async function getResourceAccess(ctx: Ctx, id: string): Promise<ResourceAccess> {
  authorize(ctx, "resources:read");
  const startedAt = performance.now();
  const { resource, grantedOnly, grants: views } = await loadGoverned(ctx, id);
  const closed = await isGrantedOnly(ctx.tenantId);
  const grants = views.map(toGrant);
  const ceiling = ceilingOf(resource.access_permissions);
  const isOpen = !grantedOnly && !closed;
  const asked: Case = { id, isOpen, ceiling, grants, now: Date.now() };
  const words = wordsOf(ceiling, grants);
  const subjects = new Map(views.map(({ subject }) => [subjectName(subject), subject]));
  const told = async (subject: Subject) => {
    const facts = await factsOf(ctx.tenantId, subject);
    const permissions = words.map((permission) => answerOf(asked, facts, { permission }));
    // What nobody granted them is no news; what was granted in vain is.
    return { subject, permissions: permissions.filter(({ grants }) => grants.length > 0) };
  };
  const you = await callerFacts(ctx);
  noteUsage(ctx, usageOf("access", startedAt));
  return {
    resource_id: id,
    open_to: isOpen ? "tenant" : "granted",
    granted_only_by: grantedOnly ? "resource" : closed ? "tenant" : null,
    ceiling: [...ceiling],
    summary: summaryOf(asked, views, { grantedOnly, closed }),
    grants: views,
    subjects: await Promise.all([...subjects.values()].map(told)),
    you: words.map((permission) => answerOf(asked, you, { permission })),
  };
}

async function answer(ctx: Ctx, resource: Resource, input: CheckInput): Promise<CheckAnswer> {
  const { permission, subject, ...use } = input;
  const facts = subject ? await factsOf(ctx.tenantId, subject) : await callerFacts(ctx);
  return {
    resource_id: resource.resource_id,
    subject: subject ?? null,
    ...answerOf(await caseOf(ctx, resource), facts, { permission, use }),
  };
}

/**
 * Whether a subject, or whoever asks, may use a permission of a resource, for the path, tables,
 * columns and rows that are said, and why. Questions about others are audited. Throws `not_found`
 * and `invalid_request`.
 */
export async function checkResourceAccess(
  ctx: Ctx,
  id: string,
  raw: CheckInput,
): Promise<CheckAnswer> {
  authorize(ctx, "resources:read");
  const input = parse(checkInput, raw);
  const startedAt = performance.now();
  const entry = (await resourceCatalogOf(ctx.tenantId)).byId.get(id);
  if (!entry) throw notFound("resource", id);
  requireVisible(ctx, await accessTo(ctx, entry.resource), id);
  const found = await answer(ctx, entry.resource, input);
  if (input.subject) {
    await withTenant(ctx.tenantId, (tx) =>
      audit(tx, ctx, {
        action: "resource.check",
        target: { type: "resource", id },
        after: { ...input, allowed: found.allowed },
      }),
    );
  }
  noteUsage(ctx, usageOf("check", startedAt));
  return found;
}

/** What the caller may do with the resource of a URI, as an agent asks it. Throws `not_found`. */
export async function getOwnAccess(
  ctx: Ctx,
  uri: string,
): Promise<{ resource_id: string; uri: string; permissions: PermissionAnswer[] }> {
  authorize(ctx, "resources:read");
  const startedAt = performance.now();
  const found = findByUri(await resourceCatalogOf(ctx.tenantId), uri);
  if (!found) throw notFound("resource", uri);
  const { resource } = found.entry;
  if (!isVisible(await accessTo(ctx, resource))) throw notFound("resource", uri);
  const [asked, facts] = await Promise.all([caseOf(ctx, resource), callerFacts(ctx)]);
  const use = found.path === "" ? {} : { path: found.path };
  noteUsage(ctx, usageOf("access", startedAt));
  return {
    resource_id: resource.resource_id,
    uri: resource.uri,
    permissions: wordsOf(asked.ceiling, []).map((permission) =>
      answerOf(asked, facts, { permission, use }),
    ),
  };
}
