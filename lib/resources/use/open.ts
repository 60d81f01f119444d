import type { z } from "zod";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { redact } from "#lib/secrets/redact.ts";
import { SecretUnavailable, secretValue } from "#lib/secrets/values.ts";
import { findSnapshot, type TenantSnapshot } from "#lib/tenants/snapshot.ts";
import { requireAccess, scopeOf } from "../access/access.ts";
import type { Conditions } from "../access/conditions.ts";
import { type CatalogResource, resourceCatalogOf } from "../catalog.ts";
import { type Connections, connectionSchema } from "../drivers/connection-schema.ts";
import type { DriverKind } from "../drivers/kind.ts";
import type { DriverScope } from "../drivers/scope.ts";
import type { Resource } from "../schema.ts";
import { wholeAddress } from "../uri.ts";

/** A resource that the caller may work with, and what its driver needs for that. */
export interface Opened<K extends DriverKind> {
  kind: K;
  resource: Resource;
  connection: Connections[K];
  scope: DriverScope;
}

type AnyOpened<K extends DriverKind> = { [Kind in K]: Opened<Kind> }[K];

const called: Record<DriverKind, string> = {
  database: 'a database (type "database" at postgres://…)',
  bucket: 'an S3 bucket (type "file" at s3://…)',
  folder: 'a folder (type "file" at file:///…)',
  api: 'an API (type "api" at https://…)',
};

function secretsOf(tenantId: string, used: Set<string>): DriverScope["secret"] {
  return async (name) => {
    try {
      const value = await secretValue(tenantId, name, null);
      used.add(value);
      return value;
    } catch (error) {
      if (!(error instanceof SecretUnavailable)) throw error;
      throw new AppError("invalid_request", `The resource cannot be used: ${error.message}`);
    }
  };
}

/** The connection as its schema reads it; what is stored may lack what a driver cannot do without. */
function connectionOf<K extends DriverKind>(
  kind: K,
  { resource_id, connection }: Resource,
): Connections[K] {
  const parsed = (connectionSchema(kind) as unknown as z.ZodType<Connections[K]>).safeParse(
    connection,
  );
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const detail = `The resource "${resource_id}" needs a connection: ${issue?.path.join(".")} ${issue?.message}.`;
  throw new AppError("invalid_request", detail);
}

/** What of a grant's conditions each driver can hold to. */
const held: Record<DriverKind, readonly (keyof Conditions)[]> = {
  database: ["tables", "columns_hidden", "max_rows"],
  bucket: ["path_prefix"],
  folder: ["path_prefix"],
  api: ["path_prefix"],
};

/** Whether the driver holds to all that a grant is bound to: one that it does not know it cannot. */
function isHeld(kind: DriverKind, conditions: Conditions): boolean {
  const named = Object.entries(conditions).filter(([, value]) => value !== undefined);
  return named.every(([name]) => held[kind].some((known) => known === name));
}

/** A resource as the catalog has it, and its tenant. */
interface Entry {
  entry: CatalogResource;
  snapshot: TenantSnapshot;
}

/** A resource of the tenant, whoever may use it; throws `not_found`. */
export async function findEntry(tenantId: string, id: string): Promise<Entry> {
  const [catalog, snapshot] = await Promise.all([
    resourceCatalogOf(tenantId),
    findSnapshot(tenantId),
  ]);
  const entry = catalog.byId.get(id);
  if (!entry || !snapshot) throw notFound("resource", id);
  return { entry, snapshot };
}

/**
 * Runs `work` with what the resource's driver needs, within `limits`. A secret that was used is masked
 * in what `work` answers, but for what is no JSON (bytes, a presigned `URL`), and throws. Throws `invalid_request` for another kind.
 */
export async function withDriver<K extends DriverKind, T>(
  { entry, snapshot }: Entry,
  kinds: readonly K[],
  { limits, signal }: Pick<DriverScope, "limits" | "signal">,
  work: (opened: AnyOpened<K>) => Promise<T>,
): Promise<T> {
  const { resource } = entry;
  const { tenant_id: tenantId, resource_id: resourceId } = resource;
  const kind = kinds.find((each) => each === resource.driver);
  if (kind === undefined) {
    const wanted = kinds.map((each) => called[each]).join(" or ");
    throw new AppError("invalid_request", `The resource "${resourceId}" is not ${wanted}.`);
  }
  const used = new Set<string>();
  const address = wholeAddress(tenantId, entry.uri);
  const password = URL.parse(address)?.password;
  if (password) used.add(decodeURIComponent(password));
  const secret = secretsOf(tenantId, used);
  const masked = <V>(value: V) => redact(value, used);
  const scope = {
    ...{ tenantId, resourceId, address, egress: snapshot.egress, limits, secret, signal },
    redact: masked,
  };
  try {
    const connection = connectionOf(kind, resource);
    return masked(await work({ kind, resource, connection, scope } as AnyOpened<K>));
  } catch (error) {
    if (error instanceof AppError && used.size > 0) error.message = redact(error.message, used);
    throw error;
  }
}

/**
 * The same for a caller who has a way to one permission of the resource, within the conditions of the
 * grants that give it. Throws `insufficient_scope`, `not_found` and `forbidden` besides.
 */
export async function withResource<K extends DriverKind, T>(
  ctx: Ctx,
  id: string,
  kinds: readonly K[],
  permission: string,
  signal: AbortSignal | undefined,
  work: (opened: AnyOpened<K>) => Promise<T>,
): Promise<T> {
  authorize(ctx, scopeOf(permission));
  const found = await findEntry(ctx.tenantId, id);
  const { resource } = found.entry;
  const ways = await requireAccess(ctx, resource, permission);
  const { driver } = resource;
  const limits = ways
    .map(({ conditions }) => conditions)
    .filter((conditions) => driver === null || isHeld(driver, conditions));
  if (limits.length === 0) {
    const detail = `What you were granted of "${id}" has conditions that a resource of its kind cannot hold to, so that it gives nothing.`;
    throw new AppError("forbidden", detail);
  }
  return withDriver(found, kinds, { limits, signal }, work);
}
