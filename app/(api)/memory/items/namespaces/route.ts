import { route } from "#lib/http/route.ts";
import { listNamespaces } from "#lib/memory/sharing/namespaces.ts";
import { memoryNamespaces } from "#lib/memory/sharing/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "memory:read",
  summary: "List the namespaces whose memories are kept for a time of their own",
  response: memoryNamespaces,
  run: async (ctx) => ({ namespaces: await listNamespaces(ctx) }),
});
