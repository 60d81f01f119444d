import type { ServerEvent } from "@modelcontextprotocol/server";
import type { Ctx } from "#lib/core/ctx.ts";
import { isMemoryUri } from "#lib/memory/uri.ts";
import { mayHearOf } from "#lib/resources/read.ts";
import { mayHearOfMemory } from "./memory-resources.ts";

/** Whether a caller that listens is told of an event: not of what it may not read, or no longer. */
export async function mayHear(ctx: Ctx, event: ServerEvent): Promise<boolean> {
  if (event.kind !== "resource_updated") return true;
  return isMemoryUri(event.uri) ? mayHearOfMemory(ctx, event.uri) : mayHearOf(ctx, event.uri);
}
