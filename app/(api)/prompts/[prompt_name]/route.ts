import { baseVersionOf, versionTag } from "#lib/core/entity-tag.ts";
import { Reply } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { deletedPrompt, prompt, putPromptInput } from "#lib/prompts/schema.ts";
import { deletePrompt, getPrompt, putPrompt } from "#lib/prompts/service.ts";

export const GET = route({
  scope: "tenant",
  permission: "prompts:read",
  summary: "Read a prompt's current version",
  response: prompt,
  run: async (ctx, { params }) => {
    const found = await getPrompt(ctx, params.prompt_name ?? "");
    return new Reply(found, { headers: { etag: versionTag(found.version) } });
  },
});

export const PUT = route({
  scope: "tenant",
  permission: "prompts:write",
  summary: "Write a prompt's next version, or create the prompt",
  body: putPromptInput,
  response: prompt,
  run: async (ctx, { body, params, request }) => {
    const base_version = baseVersionOf(request.headers.get("if-match"), body.base_version);
    const written = await putPrompt(ctx, params.prompt_name ?? "", { ...body, base_version });
    return new Reply(written, { headers: { etag: versionTag(written.version) } });
  },
});

export const DELETE = route({
  scope: "tenant",
  permission: "prompts:write",
  summary: "Delete a prompt and its versions",
  response: deletedPrompt,
  run: async (ctx, { params }) => {
    await deletePrompt(ctx, params.prompt_name ?? "");
    return { status: "deleted", name: params.prompt_name };
  },
});
