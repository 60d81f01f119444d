import { notFound } from "#lib/core/errors.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import type { ToolClient } from "../calls/client.ts";
import { endpointOf } from "../http/endpoint.ts";
import type { Runtime } from "./runtime.ts";

/** Lets the client see that the endpoint is slow to succeed. */
function tellRetries({ progress, log }: ToolClient) {
  return async ({ attempt, attempts }: { attempt: number; attempts: number }) => {
    const message = `Attempt ${attempt} of ${attempts} failed; trying again`;
    await log?.("warning", message);
    await progress?.({ progress: attempt, total: attempts, message });
  };
}

/** A tool that is an HTTP endpoint, called as far as the tenant's outbound calls may reach. */
export const httpRuntime: Runtime = (tool) => {
  const callEndpoint = endpointOf(tool);
  return async (ctx, args, { client, secrets, trace }) => {
    const snapshot = await findSnapshot(ctx.tenantId);
    if (!snapshot) throw notFound("tenant", ctx.tenantId);
    return callEndpoint({
      ...{ tenantId: ctx.tenantId, policy: snapshot.egress, requestId: ctx.requestId },
      ...{ args, secrets, trace, signal: client.signal, progress: client.progress },
      onRetry: tellRetries(client),
    });
  };
};
