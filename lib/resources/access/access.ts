import { subjectNamesOf } from "#lib/auth/subjects.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx, Principal } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import type { Permission } from "#lib/core/permissions.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import type { Resource } from "../schema.ts";
import { type Conditions, needsDriver, type Use } from "./conditions.ts";
import { type Access, ceilingOf, grantedAccess, openAccess, type Way, waysTo } from "./engine.ts";
import { resourceRulesOf } from "./rules.ts";

/** What the engine needs to know of a resource. */
export type Governable = Pick<Resource, "resource_id" | "access_permissions">;

type AccessOf = (resource: Governable) => Access;

/** The scope that a credential needs besides, to use a permission. */
export function scopeOf(permission: string): Permission {
  const changes = ["write", "admin", "deploy", "delete"].includes(permission);
  return changes ? "resources:write" : "resources:read";
}

/** Whether all resources of the tenant are closed to whom none is granted. */
export async function isGrantedOnly(tenantId: string): Promise<boolean> {
  return (await findSnapshot(tenantId))?.resourcesGrantedOnly ?? false;
}

/** Another tenant reads the one resource that it was offered, and sees no other. */
function accessByOffer({ kind, objectId }: Extract<Principal, { type: "offer" }>): AccessOf {
  return ({ resource_id, access_permissions }) => {
    const isOffered = kind === "resource" && resource_id === objectId;
    if (!isOffered) return grantedAccess(new Set(), [], new Set(), 0);
    return openAccess(
      new Set([...ceilingOf(access_permissions)].filter((word) => word === "read")),
    );
  };
}

/** What the caller may do with each resource; null: all of the tenant's resources are open. */
export async function accessOfCaller(ctx: Ctx): Promise<AccessOf | null> {
  if (ctx.principal.type === "offer") return accessByOffer(ctx.principal);
  const [rules, closed] = await Promise.all([
    resourceRulesOf(ctx.tenantId),
    isGrantedOnly(ctx.tenantId),
  ]);
  if (rules === null && !closed) return null;
  const names = new Set(await subjectNamesOf(ctx));
  const now = Date.now();
  return ({ resource_id, access_permissions }) => {
    const governed = rules?.get(resource_id);
    if (governed) return grantedAccess(governed.ceiling, governed.grants, names, now);
    const ceiling = ceilingOf(access_permissions);
    return closed ? grantedAccess(ceiling, [], names, now) : openAccess(ceiling);
  };
}

/** Which of the tenant's resources only who is granted them may use, for the lists of consoles. */
export async function closedResources(ctx: Ctx): Promise<(id: string) => boolean> {
  authorize(ctx, "resources:read");
  const [rules, closed] = await Promise.all([
    resourceRulesOf(ctx.tenantId),
    isGrantedOnly(ctx.tenantId),
  ]);
  return (id) => closed || (rules?.has(id) ?? false);
}

/**
 * What the caller may do with a resource: ceiling ∩ grants, whatever the caller's scopes are. For
 * one permission, `requireAccess` asks all of it.
 */
export async function accessTo(ctx: Ctx, resource: Governable): Promise<Access> {
  const accessOf = await accessOfCaller(ctx);
  return accessOf ? accessOf(resource) : openAccess(ceilingOf(resource.access_permissions));
}

/** Whoever grants access sees what is registered, to be able to; the resource itself is another matter. */
export function governs({ permissions }: Ctx): boolean {
  return permissions.has("resources:govern");
}

/** Whether the resource is there for a caller of that access. */
export function isVisible({ isOpen, permissions }: Access): boolean {
  return isOpen || permissions.size > 0;
}

/** Throws `not_found` where the resource was granted to others; those who govern see it. */
export function requireVisible(ctx: Ctx, access: Access, id: string): void {
  if (!isVisible(access) && !governs(ctx)) throw notFound("resource", id);
}

/** Why a caller that sees a resource may not use a permission of it. */
export function refusalOf(id: string, access: Access, permission: string): AppError {
  const [detail] = [
    !access.ceiling.has(permission) &&
      `The resource "${id}" does not offer "${permission}". Add it to its access_permissions to have it ${permission === "read" ? "read" : "used"}.`,
    !access.permissions.has(permission) &&
      `You were not granted "${permission}" on the resource "${id}". Ask somebody with the scope resources:govern for it.`,
    `What you were granted of the resource "${id}" does not go that far: its conditions leave this out.`,
  ].filter((each) => each !== false);
  return new AppError("forbidden", detail ?? "");
}

/**
 * Asks for one permission of a resource, and answers the ways to it: the caller takes one that
 * permits all that it is about to do and holds to each of that way's conditions. Throws
 * `insufficient_scope`, `not_found` where the resource is not there for the caller, and `forbidden`.
 */
export async function requireAccess(
  ctx: Ctx,
  resource: Governable,
  permission: string,
  use: Use = {},
): Promise<readonly Way[]> {
  authorize(ctx, scopeOf(permission));
  const access = await accessTo(ctx, resource);
  requireVisible(ctx, access, resource.resource_id);
  const ways = waysTo(access, permission, use);
  if (ways.length === 0) throw refusalOf(resource.resource_id, access, permission);
  return ways;
}

/** The conditions under which a caller has a permission besides the one that it asks for; none: not. */
export async function waysFor(
  ctx: Ctx,
  resource: Governable,
  permission: string,
): Promise<readonly Conditions[]> {
  if (!ctx.permissions.has(scopeOf(permission))) return [];
  return waysTo(await accessTo(ctx, resource), permission).map(({ conditions }) => conditions);
}

/**
 * Whether the registry's own read of a path, or of some path where none is said, may give the bytes:
 * it knows of no rows within them.
 */
export function permitsBytes(access: Access, path: string | undefined): boolean {
  return waysTo(access, "read", { path }).some(({ conditions }) => !needsDriver(conditions));
}

/**
 * What keeps a caller from changing a registration, its bytes or the whole of it; null where nothing
 * does. Of an open resource the scope is enough; of another it takes the permission, or
 * `resources:govern`. Ask before the transaction of the change.
 */
export async function refusalToChange(
  ctx: Ctx,
  id: string,
  permission: "admin" | "write" | "delete",
): Promise<AppError | null> {
  const accessOf = governs(ctx) ? null : await accessOfCaller(ctx);
  if (accessOf === null) return null;
  const access = accessOf({ resource_id: id, access_permissions: [] });
  if (access.isOpen) return null;
  if (!isVisible(access)) return notFound("resource", id);
  // A part of a resource is not its registration, so that a conditional grant does not do.
  const isWhole = access.ways.some(
    (way) => way.permissions.has(permission) && Object.keys(way.conditions).length === 0,
  );
  return isWhole ? null : refusalOf(id, access, permission);
}
