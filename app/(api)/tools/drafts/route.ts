import { route } from "#lib/http/route.ts";
import { createDraft } from "#lib/tools/revisions/drafts.ts";
import { createDraftInput } from "#lib/tools/revisions/schema.ts";
import { tool } from "#lib/tools/schema.ts";

export const POST = route({
  scope: "tenant",
  permission: "tools:write",
  summary: "Create a tool as a draft, which cannot be called before it is published",
  body: createDraftInput,
  response: tool,
  run: (ctx, { body }) => createDraft(ctx, body),
});
