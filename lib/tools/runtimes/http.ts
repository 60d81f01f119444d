import { notFound } from "#lib/core/errors.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import { endpointOf } from "./endpoint.ts";
import type { Runtime } from "./runtime.ts";

/** A tool that is an HTTP endpoint, called as far as the tenant's outbound calls may reach. */
export const httpRuntime: Runtime = (tool) => {
  const callEndpoint = endpointOf(tool);
  return async (ctx, args, { signal }) => {
    const snapshot = await findSnapshot(ctx.tenantId);
    if (!snapshot) throw notFound("tenant", ctx.tenantId);
    return callEndpoint({ policy: snapshot.egress, requestId: ctx.requestId, args, signal });
  };
};
