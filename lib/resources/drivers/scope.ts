import type { EgressPolicy } from "#lib/core/egress.ts";
import type { Conditions } from "../access/conditions.ts";

/** For whom a driver works, and how far it may reach. */
export interface DriverScope {
  tenantId: string;
  resourceId: string;
  /** The resource's address, its password included. */
  address: string;
  egress: EgressPolicy;
  /** One per grant that applies; what one of them allows is allowed. */
  limits: readonly Conditions[];
  /** The value of a secret of the tenant; throws where there is none. */
  secret(name: string): Promise<string>;
  /** A copy with the secrets that were used masked, for what is kept. */
  redact<T>(value: T): T;
  signal?: AbortSignal | undefined;
}
