import type { Ctx, OfferKind } from "#lib/core/ctx.ts";
import type { Permission } from "#lib/core/permissions.ts";
import { mintTenantId } from "./identity.ts";

/** A row of both sides of an offer that stands, as the database has just answered it. */
export interface Crossing {
  offerId: string;
  /** The tenant that is acted in. */
  to: string;
  kind: OfferKind;
  objectId: string;
  access: "read" | "write";
}

const permissionsTo: Record<OfferKind, readonly Permission[]> = {
  tool: ["tools:call"],
  prompt: ["prompts:read"],
  resource: ["resources:read"],
  memory: ["memory:read"],
};

/**
 * The caller inside the other tenant of an offer: a principal that names the caller's tenant and may
 * use the one object. `crossing` comes of the offer's rows, never of a request; lib/offers alone asks.
 */
export function ctxAcross(caller: Ctx, { to, access, ...offered }: Crossing): Ctx {
  const { requestId, tenantId, hops } = caller;
  const { offerId, kind, objectId } = offered;
  const writes: Permission[] = kind === "memory" && access === "write" ? ["memory:write"] : [];
  return {
    requestId,
    principal: { type: "offer", id: tenantId, offerId, kind, objectId },
    permissions: new Set([...permissionsTo[kind], ...writes]),
    ip: null,
    tenantId: mintTenantId(to),
    ...(hops === undefined ? {} : { hops }),
  };
}
