import { z } from "zod";
import { auditEntry, auditQuery } from "#lib/audit/schema.ts";
import { listAudit } from "#lib/audit/service.ts";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";

export const GET = route({
  scope: "tenant",
  permission: "audit:read",
  summary: "Read the tenant's audit log, newest first",
  query: auditQuery,
  response: z.array(auditEntry),
  run: async (ctx, { query, request }) => paged(request, await listAudit(ctx, query)),
});
