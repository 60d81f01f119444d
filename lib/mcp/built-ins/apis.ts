import { z } from "zod";
import { apiRequest } from "#lib/resources/drivers/api/connection-schema.ts";
import { deployResource, requestResource } from "#lib/resources/use/api.ts";
import { builtIn } from "./built-in.ts";

const of = { resource_id: z.string().min(1).max(200).describe("An API of resource_list.") };

export const apiTools = [
  builtIn({
    name: "resource_request",
    title: "Send a request to an API",
    description:
      "Sends one request to an API resource at a path below its address; it signs in by itself. GET and HEAD read, the others write. An answer of any status is an answer.",
    permission: "resources:read",
    use: { kinds: ["api"], permissions: ["read", "write"] },
    annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: true },
    asks: ({ method }) => method !== "GET" && method !== "HEAD",
    input: apiRequest.extend(of),
    run: (ctx, { resource_id, ...request }, signal) =>
      requestResource(ctx, resource_id, request, signal),
  }),
  builtIn({
    name: "resource_deploy",
    title: "Run a deployment",
    description:
      "Runs the deployment that an API resource declares, and tells how it went; a run that failed is an answer too.",
    permission: "resources:write",
    use: { kinds: ["api"], permissions: ["deploy"] },
    annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: true },
    input: z.object(of),
    run: (ctx, { resource_id }, signal) => deployResource(ctx, resource_id, signal),
  }),
];
