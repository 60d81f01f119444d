import { route } from "#lib/http/route.ts";
import { putNamespace } from "#lib/memory/sharing/namespaces.ts";
import { memoryNamespace, putNamespaceInput } from "#lib/memory/sharing/schema.ts";

export const PUT = route({
  scope: "tenant",
  permission: "memory:write",
  summary: "Say how long the memories of a namespace are kept after their last write",
  body: putNamespaceInput,
  response: memoryNamespace,
  run: (ctx, { body, params }) => putNamespace(ctx, params.namespace ?? "", body),
});
