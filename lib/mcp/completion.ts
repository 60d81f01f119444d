import type { CompleteRequest, Server } from "@modelcontextprotocol/server";
import type { Ctx } from "#lib/core/ctx.ts";
import { completeMemoryArgument } from "#lib/memory/complete.ts";
import { completePromptArgument } from "#lib/prompts/completion.ts";
import { completeTemplateArgument } from "#lib/resources/complete.ts";
import { handle } from "./handle.ts";
import { isMemoryTemplate } from "./memory-resources.ts";

async function complete(ctx: Ctx, { ref, argument, context }: CompleteRequest["params"]) {
  const { name, value } = argument;
  if (ref.type === "ref/prompt") return completePromptArgument(ctx, ref.name, name, value);
  const chosen = context?.arguments;
  return (await isMemoryTemplate(ctx, ref.uri))
    ? completeMemoryArgument(ctx, name, value, chosen)
    : completeTemplateArgument(ctx, ref.uri, name, value, chosen);
}

export function serveCompletion(server: Server): void {
  server.setRequestHandler(
    "completion/complete",
    handle(async (ctx, { params }) => ({ completion: { ...(await complete(ctx, params)) } })),
  );
}
