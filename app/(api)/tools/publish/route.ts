import { route } from "#lib/http/route.ts";
import { publishDrafts } from "#lib/tools/revisions/publish-all.ts";
import { publishAllInput, publishedAll } from "#lib/tools/revisions/schema.ts";

export const POST = route({
  scope: "tenant",
  permission: "tools:write",
  summary: "Publish the drafts of many tools, all or none",
  body: publishAllInput,
  response: publishedAll,
  run: (ctx, { body }) => publishDrafts(ctx, body),
});
