import type { Server } from "@modelcontextprotocol/server";
import type { Ctx } from "#lib/core/ctx.ts";
import { completePromptArgument } from "#lib/prompts/completion.ts";
import type { Handle } from "./server.ts";

interface Asked {
  ref: { type: "ref/prompt"; name: string } | { type: "ref/resource"; uri: string };
  argument: { name: string; value: string };
}

async function complete(ctx: Ctx, { ref, argument }: Asked) {
  const { name, value } = argument;
  if (ref.type === "ref/prompt")
    return { ...(await completePromptArgument(ctx, ref.name, name, value)) };
  return { values: [] };
}

export function serveCompletion(server: Server, handle: Handle): void {
  server.setRequestHandler(
    "completion/complete",
    handle(async (ctx, { params }) => ({ completion: await complete(ctx, params as Asked) })),
  );
}
