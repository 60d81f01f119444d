import type { CompleteRequest, Server } from "@modelcontextprotocol/server";
import type { Ctx } from "#lib/core/ctx.ts";
import { completePromptArgument } from "#lib/prompts/completion.ts";
import { completeTemplateArgument } from "#lib/resources/complete.ts";
import { handle } from "./handle.ts";

function complete(ctx: Ctx, { ref, argument, context }: CompleteRequest["params"]) {
  const { name, value } = argument;
  return ref.type === "ref/prompt"
    ? completePromptArgument(ctx, ref.name, name, value)
    : completeTemplateArgument(ctx, ref.uri, name, value, context?.arguments);
}

export function serveCompletion(server: Server): void {
  server.setRequestHandler(
    "completion/complete",
    handle(async (ctx, { params }) => ({ completion: { ...(await complete(ctx, params)) } })),
  );
}
