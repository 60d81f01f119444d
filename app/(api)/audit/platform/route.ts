import { z } from "zod";
import { auditEntry, auditQuery } from "#lib/audit/schema.ts";
import { listPlatformAudit } from "#lib/audit/service.ts";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";

export const GET = route({
  scope: "platform",
  permission: "platform:read",
  summary: "Read the deployment's audit log, newest first",
  query: auditQuery,
  response: z.array(auditEntry),
  run: async (ctx, { query, request }) => paged(request, await listPlatformAudit(ctx, query)),
});
