import { publicUrl } from "#lib/http/origin.ts";
import { Reply } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { clientDocument } from "#lib/upstreams/oauth/client-document.ts";
import { clientDocumentSchema } from "#lib/upstreams/schema.ts";

export const GET = route({
  scope: "public",
  summary:
    "Read what an upstream's authorization server is told of us (client id metadata document)",
  response: clientDocumentSchema,
  run: async (_ctx, { params }) =>
    new Reply(clientDocument(publicUrl(), params.client_tenant ?? ""), {
      headers: { "cache-control": "public, max-age=300" },
    }),
});
