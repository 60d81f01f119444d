import { Client } from "@modelcontextprotocol/client";
import type { Ctx } from "#lib/core/ctx.ts";
import { version } from "#lib/core/version.ts";
import type { RegisteredUpstream } from "./registry.ts";
import { transportFor } from "./transport.ts";

/** A part of what an upstream lists. */
export type ListKind = "tools" | "resources" | "prompts";

/** What an upstream says besides its answers. */
export interface ConnectionEvents {
  onListChanged(kind: ListKind): void;
  onLog(level: string, data: unknown, logger: string | undefined): void;
  onClose(): void;
}

const connectMs = 20_000;

/** How a server names itself, as `Upstream.server` has it. */
export function serverOf(client: Client) {
  const { name = "", version: said = "" } = client.getServerVersion() ?? {};
  return { name, version: said, protocol: client.getNegotiatedProtocolVersion() ?? "" };
}

/**
 * Connects to an upstream in the newest revision that both know. Elicitation is declared, since most
 * of our own clients can be asked; what a legacy server asks within a call cannot be passed on.
 */
export async function connectTo(
  ctx: Ctx,
  upstream: RegisteredUpstream,
  events: ConnectionEvents,
): Promise<Client> {
  const heard = (kind: ListKind) => ({
    autoRefresh: false as const,
    onChanged: () => events.onListChanged(kind),
  });
  const client = new Client(
    { name: "tausestack", version },
    {
      capabilities: { elicitation: { form: {} } },
      versionNegotiation: { mode: "auto", probe: { timeoutMs: connectMs } },
      inputRequired: { autoFulfill: false },
      listChanged: {
        tools: heard("tools"),
        resources: heard("resources"),
        prompts: heard("prompts"),
      },
    },
  );
  client.setRequestHandler("elicitation/create", () => ({ action: "cancel" }));
  client.setNotificationHandler("notifications/message", ({ params }) =>
    events.onLog(params.level, params.data, params.logger),
  );
  client.onclose = events.onClose;
  try {
    await client.connect(await transportFor(ctx, upstream), { timeout: connectMs });
    return client;
  } catch (error) {
    await client.close().catch(() => undefined);
    throw error;
  }
}
