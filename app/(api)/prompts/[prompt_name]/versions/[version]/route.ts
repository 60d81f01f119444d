import { route } from "#lib/http/route.ts";
import { promptVersion } from "#lib/prompts/schema.ts";
import { getPromptVersion } from "#lib/prompts/versions.ts";

export const GET = route({
  scope: "tenant",
  permission: "prompts:read",
  summary: "Read a version of a prompt",
  response: promptVersion,
  run: (ctx, { params }) => getPromptVersion(ctx, params.prompt_name ?? "", params.version ?? ""),
});
