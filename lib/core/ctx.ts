import type { Permission, Role } from "./permissions.ts";

declare const tenantBrand: unique symbol;

/** A tenant's slug that a verified credential may act for; minted by `lib/auth` alone. */
export type TenantId = string & { readonly [tenantBrand]: true };

/** What one tenant may let another use. */
export type OfferKind = "tool" | "prompt" | "resource" | "memory";

/** Who acts. `id` is stable and safe to log. */
export type Principal =
  | { type: "operator"; id: string; email: string }
  /** A person of some tenants; `role` is theirs in the tenant in effect, null outside of any. */
  | { type: "member"; id: string; email: string; role: Role | null }
  | { type: "key"; id: string; platform: boolean; agentId: string | null }
  /** An application that acts for a person; `id` is the grant's. */
  | { type: "client"; id: string; clientId: string; clientName: string; userId: string }
  /** The other tenant of an offer, `id`, which reaches this one object alone. */
  | { type: "offer"; id: string; offerId: string; kind: OfferKind; objectId: string }
  | { type: "system"; id: string };

export interface CallerCtx {
  requestId: string;
  principal: Principal;
  permissions: ReadonlySet<Permission>;
  /** The client's address, for the audit log; null for jobs. */
  ip: string | null;
  /** Endpoints like ours that the request has come through; absent: none. */
  hops?: number;
}

/** A caller acting inside one tenant: what every tenant verb takes first. */
export interface Ctx extends CallerCtx {
  tenantId: TenantId;
}

/** A caller acting on the deployment: what the verbs of `lib/admin` take first. */
export interface PlatformCtx extends CallerCtx {
  platform: true;
  /** The tenant that the credential is bound to; null: the whole deployment. */
  ownTenantId: TenantId | null;
}
