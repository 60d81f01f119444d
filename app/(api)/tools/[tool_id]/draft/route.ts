import { baseVersionOf, versionTag } from "#lib/core/entity-tag.ts";
import { Reply } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { discardDraft, getDraft, saveDraft } from "#lib/tools/revisions/drafts.ts";
import { saveDraftInput, toolRevision } from "#lib/tools/revisions/schema.ts";
import { tool } from "#lib/tools/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "tools:read",
  summary: "Read a tool's draft",
  response: toolRevision,
  run: async (ctx, { params }) => {
    const { draft, latestRevision } = await getDraft(ctx, params.tool_id ?? "");
    return new Reply(draft, { headers: { etag: versionTag(latestRevision) } });
  },
});

export const PUT = route({
  scope: "tenant",
  permission: "tools:write",
  summary: "Save a draft as a tool's next revision",
  body: saveDraftInput,
  response: toolRevision,
  run: async (ctx, { body, params, request }) => {
    const base_revision = baseVersionOf(request.headers.get("if-match"), body.base_revision);
    const saved = await saveDraft(ctx, params.tool_id ?? "", { ...body, base_revision });
    return new Reply(saved, { headers: { etag: versionTag(saved.revision) } });
  },
});

export const DELETE = route({
  scope: "tenant",
  permission: "tools:write",
  summary: "Discard a tool's draft",
  response: tool,
  run: (ctx, { params }) => discardDraft(ctx, params.tool_id ?? ""),
});
