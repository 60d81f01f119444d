import { route } from "#lib/http/route.ts";
import { renderPrompt } from "#lib/prompts/render.ts";
import { renderedPrompt, renderPromptInput } from "#lib/prompts/schema.ts";

export const POST = route({
  scope: "tenant",
  permission: "prompts:read",
  summary: "Fill in a prompt's arguments",
  body: renderPromptInput,
  response: renderedPrompt,
  run: (ctx, { body, params }) =>
    renderPrompt(ctx, params.prompt_name ?? "", body.arguments, body.version),
});
