import type { Client } from "@modelcontextprotocol/client";
import type { Ctx } from "#lib/core/ctx.ts";
import { everythingAskable } from "../asking/capabilities.ts";
import { noAnswer } from "../asking/questions.ts";
import { connectTo, type ListKind } from "../connection.ts";
import type { RegisteredUpstream } from "../registry.ts";

/** A connection that is there to hear of changes alone. */
export interface Line {
  /** Resolves when nothing more can be heard on it. */
  ended: Promise<void>;
  close(): Promise<void>;
}

function tellsChanges(client: Client): boolean {
  const { tools, resources, prompts } = client.getServerCapabilities() ?? {};
  return [tools, resources, prompts].some((each) => each?.listChanged === true);
}

/**
 * Listens to an upstream: on the subscription that a current server keeps open, or on the stream of
 * notifications of a legacy session. Null where it tells of no changes. Rejects as connecting does.
 */
export async function openLine(
  ctx: Ctx,
  upstream: RegisteredUpstream,
  heard: (kind: ListKind) => void,
): Promise<Line | null> {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const client = await connectTo(ctx, upstream, everythingAskable, {
    onListChanged: heard,
    onLog: () => undefined,
    onAsk: async (question) => noAnswer(question),
    onClose: end,
    onError: () => end(),
  });
  const close = () => client.close().catch(() => undefined);
  const isModern = client.getProtocolEra() === "modern";
  const subscription = client.autoOpenedSubscription;
  if (!tellsChanges(client) || (isModern && !subscription)) {
    await close();
    return null;
  }
  void subscription?.closed.then(() => end());
  return { ended, close };
}
