import type { DemoTenant, DemoTool } from "#lib/demo/demo-tenant.ts";
import { type DemoUpstream, startDemoUpstream } from "#lib/demo/upstream.ts";
import { createRest, type Rest } from "./client.ts";
import type { Deployment } from "./server.ts";

/** What a side has around its tools, for the others to try: the ids by what addresses call them. */
export interface Governed {
  secret: string;
  upstream: string;
  /** A published tool with a draft, an example and a call that waits for approval. */
  guarded: string;
  example: string;
  approval: string;
  limit: string;
  switch: string;
  budget: string;
  /** An alias of the gateway's. */
  route: string;
  peer: string;
  offer: string;
  /** An agent with a memory `note` in the namespace `demo`, which another may read. */
  keeper: string;
}

/** One tool of a side as it stands in the deployment. */
export interface SideTool {
  toolId: string;
  plan: DemoTool;
}

/** One tenant of the demo with a credential of its own. */
export interface Side {
  tenantId: string;
  /** `premium`: what the tables call it. */
  label: string;
  demo: DemoTenant;
  keyId: string;
  key: string;
  tools: SideTool[];
  governed: Governed;
}

/** Everything the steps need. */
export interface Stage {
  deployment: Deployment;
  /** Sends nothing more once `stop` is aborted; `undo` still does. */
  rest: Rest;
  undo: Rest;
  stop: AbortSignal;
  upstream: DemoUpstream;
  sides: Side[];
  /** Undone in reverse, also after a failure. */
  cleanups: { what: string; run(): Promise<unknown> }[];
}

export async function openStage(deployment: Deployment, stop: AbortSignal): Promise<Stage> {
  const upstream = await startDemoUpstream();
  const undo = createRest(deployment.url);
  return {
    deployment,
    // What is under way is waited for: a key that was minted has to be known to be revoked.
    rest: async (...request) => {
      stop.throwIfAborted();
      return undo(...request);
    },
    undo,
    stop,
    upstream,
    sides: [],
    cleanups: [{ what: "stop the upstream", run: () => upstream.close() }],
  };
}
