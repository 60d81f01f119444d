import { createServer } from "node:http";
import { join } from "node:path";
import {
  Client,
  type ClientOptions,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { createKey } from "#lib/auth/keys.ts";
import type { CreateKeyInput } from "#lib/auth/schema.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { createApiLane } from "#lib/http/api-lane.ts";
import { loadRoutes } from "#lib/http/load-routes.ts";
import { platformCtx } from "#lib/testing/context.ts";
import { type Listening, listen } from "#lib/testing/deployment.ts";

/** Every route of the API, served on loopback in this process. */
export async function serveApi(): Promise<Listening> {
  const lane = createApiLane(await loadRoutes(join(import.meta.dirname, "../../app/(api)")));
  return listen(
    createServer((request, response) => {
      if (!lane(request, response)) response.writeHead(404).end();
    }),
  );
}

/** A new key of the caller's tenant, made by whoever runs the deployment. */
export async function keyOf(ctx: Ctx, rest: Partial<CreateKeyInput> = {}): Promise<string> {
  const { principal, permissions } = platformCtx();
  const giver = { ...ctx, principal, permissions };
  return (await createKey(giver, { name: "test", ...rest })).key;
}

export type Era = "modern" | "legacy";

/** The official client, connected to the tenant's endpoint with a key. */
export async function openClient(
  url: string,
  key: string,
  era: Era,
  options: ClientOptions = {},
): Promise<Client> {
  const mode = era === "modern" ? { pin: "2026-07-28" } : "legacy";
  const client = new Client(
    { name: "test", version: "1" },
    { ...options, versionNegotiation: { mode } },
  );
  const requestInit = { headers: { authorization: `Bearer ${key}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", url), { requestInit }));
  return client;
}
