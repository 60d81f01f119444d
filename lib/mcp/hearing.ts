import type { Ctx } from "#lib/core/ctx.ts";
import { isMemoryUri } from "#lib/memory/uri.ts";
import { mayHearOf } from "#lib/resources/read.ts";
import { mayHearOfMemory } from "./memory-resources.ts";

/** Whether a caller that listens is told of a URI: not of what it may not read, or no longer. */
export async function mayHear(ctx: Ctx, uri: string): Promise<boolean> {
  return isMemoryUri(uri) ? mayHearOfMemory(ctx, uri) : mayHearOf(ctx, uri);
}
