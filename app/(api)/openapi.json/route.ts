import { createHash } from "node:crypto";
import { buildOpenApi } from "#lib/http/openapi.ts";
import { Reply } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";

export const GET = route({
  scope: "public",
  summary: "This document",
  run: async (_ctx, { request }) => {
    const document = buildOpenApi();
    const digest = createHash("sha256").update(JSON.stringify(document)).digest("base64url");
    const etag = `"${digest.slice(0, 22)}"`;
    const headers = { etag, "cache-control": "no-cache" };
    if (request.headers.get("if-none-match") === etag)
      return new Reply(null, { status: 304, headers });
    return new Reply(document, { headers });
  },
});
