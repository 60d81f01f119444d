import { z } from "zod";
import { readErasureManifest } from "#lib/admin/erasures.ts";
import { pageQuery } from "#lib/core/page.ts";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { certificate } from "#lib/memory/erasure-schema.ts";

export const GET = route({
  scope: "platform",
  permission: "platform:read",
  summary: "Read the certificates of all erasures, for the manifest of backups",
  query: pageQuery,
  response: z.array(certificate),
  run: async (ctx, { query, request }) => paged(request, await readErasureManifest(ctx, query)),
});
