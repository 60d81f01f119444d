import { Client } from "@modelcontextprotocol/client";
import type { Ctx } from "#lib/core/ctx.ts";
import { version } from "#lib/core/version.ts";
import type { Askable } from "./asking/capabilities.ts";
import { type Ask, answerWith } from "./asking/questions.ts";
import type { RegisteredUpstream } from "./registry.ts";
import { transportFor } from "./transport.ts";

/** A part of what an upstream lists. */
export type ListKind = "tools" | "resources" | "prompts";

/** What an upstream says besides its answers. */
export interface ConnectionEvents {
  onListChanged(kind: ListKind): void;
  onLog(level: string, data: unknown, logger: string | undefined): void;
  onAsk: Ask;
  /** What goes wrong besides calls; where it is listened to, a stream that ends is an error. */
  onError?(error: Error): void;
  onClose(): void;
}

const connectMs = 20_000;

/** How a server names itself, as `Upstream.server` has it. */
export function serverOf(client: Client) {
  const { name = "", version: said = "" } = client.getServerVersion() ?? {};
  return { name, version: said, protocol: client.getNegotiatedProtocolVersion() ?? "" };
}

/**
 * Connects to an upstream in the newest revision that both know, as a client that can be asked for
 * `askable`. What a current server asks is an answer to the call; of a legacy one, `onAsk` hears.
 */
export async function connectTo(
  ctx: Ctx,
  upstream: RegisteredUpstream,
  askable: Askable,
  events: ConnectionEvents,
): Promise<Client> {
  const heard = (kind: ListKind) => ({
    autoRefresh: false as const,
    // The SDK would wait until a server that says so all the time is quiet for a while.
    debounceMs: 0,
    onChanged: () => events.onListChanged(kind),
  });
  const client = new Client(
    { name: "tausestack", version },
    {
      capabilities: askable,
      versionNegotiation: { mode: "auto", probe: { timeoutMs: connectMs } },
      inputRequired: { autoFulfill: false },
      listChanged: {
        tools: heard("tools"),
        resources: heard("resources"),
        prompts: heard("prompts"),
      },
    },
  );
  answerWith(client, askable, events.onAsk);
  client.setNotificationHandler("notifications/message", ({ params }) =>
    events.onLog(params.level, params.data, params.logger),
  );
  client.onclose = events.onClose;
  const { onError } = events;
  if (onError) client.onerror = onError;
  try {
    const transport = await transportFor(ctx, upstream, { reconnects: !onError });
    await client.connect(transport, { timeout: connectMs });
    return client;
  } catch (error) {
    await client.close().catch(() => undefined);
    throw error;
  }
}
