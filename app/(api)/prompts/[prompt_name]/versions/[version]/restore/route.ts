import { route } from "#lib/http/route.ts";
import { prompt } from "#lib/prompts/schema.ts";
import { restorePromptVersion } from "#lib/prompts/versions.ts";

export const POST = route({
  scope: "tenant",
  permission: "prompts:write",
  summary: "Put a version of a prompt in use again",
  response: prompt,
  run: (ctx, { params }) =>
    restorePromptVersion(ctx, params.prompt_name ?? "", params.version ?? ""),
});
