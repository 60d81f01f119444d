import { type Conditions, permitsUse, type Use } from "./conditions.ts";

/** Who may do what with one resource, as it was granted. */
export interface Grant {
  grantId: string;
  resourceId: string;
  /** As `subjectNamesOf` of lib/auth names callers: `key:key_…`, `role:viewer`. */
  subject: string;
  permissions: readonly string[];
  conditions: Conditions;
  /** Milliseconds of the epoch; null: until it is taken back. */
  expiresAt: number | null;
}

/** One grant's part of an access: its permissions below the ceiling, under its own conditions. */
export interface Way {
  /** Null: nobody granted it, the resource is open. */
  grantId: string | null;
  permissions: ReadonlySet<string>;
  conditions: Conditions;
}

/**
 * What a caller may do with a resource. A use is permitted when one way permits all of it: of two
 * grants neither lends the other its tables or rows.
 */
export interface Access {
  isOpen: boolean;
  ceiling: ReadonlySet<string>;
  /** Everything that some way permits, under whatever conditions. */
  permissions: ReadonlySet<string>;
  ways: readonly Way[];
}

/** What a resource offers to anyone: its `access_permissions`, and `read` where it names none. */
export function ceilingOf(accessPermissions: readonly string[]): ReadonlySet<string> {
  return new Set(accessPermissions.length === 0 ? ["read"] : accessPermissions);
}

function toAccess(isOpen: boolean, ceiling: ReadonlySet<string>, ways: readonly Way[]): Access {
  const permissions = new Set(ways.flatMap((way) => [...way.permissions]));
  return { isOpen, ceiling, permissions, ways };
}

/** Access to a resource that is open: its ceiling, unconditionally. */
export function openAccess(ceiling: ReadonlySet<string>): Access {
  return toAccess(true, ceiling, [{ grantId: null, permissions: ceiling, conditions: {} }]);
}

/** Whether a grant is the caller's and still holds; `now` is in milliseconds of the epoch. */
function applies(grant: Grant, names: ReadonlySet<string>, now: number): boolean {
  return names.has(grant.subject) && (grant.expiresAt === null || grant.expiresAt > now);
}

/** Ceiling ∩ the union of the grants that apply, each under its own conditions. */
export function grantedAccess(
  ceiling: ReadonlySet<string>,
  grants: readonly Grant[],
  names: ReadonlySet<string>,
  now: number,
): Access {
  const ways = grants
    .filter((grant) => applies(grant, names, now))
    .map(({ grantId, permissions, conditions }) => ({
      grantId,
      permissions: new Set(permissions.filter((word) => ceiling.has(word))),
      conditions,
    }))
    .filter(({ permissions }) => permissions.size > 0)
    .sort((a, b) => (a.grantId < b.grantId ? -1 : 1));
  return toAccess(false, ceiling, ways);
}

function breadth({ conditions }: Way): number {
  return Object.values(conditions).filter((each) => each !== undefined).length;
}

/**
 * The ways that permit all of a use, those with the fewest conditions first. A driver takes one and
 * holds to all of its conditions; none left means that the use is not permitted.
 */
export function waysTo(access: Access, permission: string, use: Use = {}): readonly Way[] {
  return access.ways
    .filter((way) => way.permissions.has(permission) && permitsUse(way.conditions, use))
    .sort((a, b) => breadth(a) - breadth(b));
}
