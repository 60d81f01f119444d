import type { Client } from "@modelcontextprotocol/client";
import type { z } from "zod";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { everythingAskable } from "./asking/capabilities.ts";
import { resetBreaker } from "./breaker.ts";
import { serverOf } from "./connection.ts";
import { withoutCredentials } from "./credentials.ts";
import { toAppError, UpstreamError } from "./errors.ts";
import { enabledUpstream, upstreamsOf } from "./registry.ts";
import type { CheckedUpstream, upstreamCatalog } from "./schema.ts";
import { checkId } from "./service.ts";
import { breakerKey, withUpstream } from "./use.ts";

export type UpstreamCatalog = z.output<typeof upstreamCatalog>;

const mostEntries = 2_000;
const mostCharacters = 8 * 1024 * 1024;
const mostPages = 200;

/** Every page of a list, as far as a catalog may be large. */
async function allOf(
  what: string,
  page: (cursor: string | undefined) => Promise<{ items: object[]; next: string | undefined }>,
): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  let characters = 0;
  let cursor: string | undefined;
  for (let pages = 0; ; pages++) {
    const { items, next } = await page(cursor);
    found.push(...(items as JsonObject[]));
    characters += JSON.stringify(items).length;
    if (found.length > mostEntries || characters > mostCharacters || pages > mostPages) {
      throw new UpstreamError(
        "failed",
        `The upstream lists more ${what} than can be taken over: at most ${mostEntries}, in ${mostCharacters} characters.`,
      );
    }
    if (next === undefined) return found;
    cursor = next;
  }
}

const lists = {
  tools: { method: "tools/list", key: "tools", needs: "tools" },
  resources: { method: "resources/list", key: "resources", needs: "resources" },
  resource_templates: {
    method: "resources/templates/list",
    key: "resourceTemplates",
    needs: "resources",
  },
  prompts: { method: "prompts/list", key: "prompts", needs: "prompts" },
} as const;

export type CatalogList = keyof typeof lists;

/** Pages are walked by hand: the client's own walk has no bound of size. */
function listOf(
  client: Client,
  name: CatalogList,
  wanted: readonly CatalogList[],
): Promise<JsonObject[]> {
  const { method, key, needs } = lists[name];
  const isThere = wanted.includes(name) && client.getServerCapabilities()?.[needs];
  if (!isThere) return Promise.resolve([]);
  return allOf(name.replace("_", " "), async (cursor) => {
    const params = cursor === undefined ? {} : { cursor };
    const page = (await client.request({ method, params })) as JsonObject;
    const { [key]: items, nextCursor } = page;
    return {
      items: Array.isArray(items) ? items.filter(isJsonObject) : [],
      next: typeof nextCursor === "string" ? nextCursor : undefined,
    };
  });
}

async function read(client: Client, wanted: readonly CatalogList[]): Promise<UpstreamCatalog> {
  return {
    server: serverOf(client),
    tools: await listOf(client, "tools", wanted),
    resources: await listOf(client, "resources", wanted),
    resource_templates: await listOf(client, "resource_templates", wanted),
    prompts: await listOf(client, "prompts", wanted),
  };
}

const everything = Object.keys(lists) as CatalogList[];

/**
 * What an upstream lists now; lists that are not `wanted` are empty. Throws `not_found`, and
 * `UpstreamError` where it cannot be read or is too large.
 */
export async function fetchUpstreamCatalog(
  ctx: Ctx,
  upstreamId: string,
  wanted: readonly CatalogList[] = everything,
): Promise<UpstreamCatalog> {
  const look = (client: Client) => read(client, wanted);
  const found = await withUpstream(ctx, upstreamId, look, { askable: everythingAskable });
  return withoutCredentials(ctx, await enabledUpstream(ctx.tenantId, upstreamId), found);
}

/** The same as a verb: needs `upstreams:read`, and throws `upstream_failed` or `unavailable`. */
export async function readUpstreamCatalog(ctx: Ctx, id: string): Promise<UpstreamCatalog> {
  authorize(ctx, "upstreams:read");
  checkId(id);
  try {
    return await fetchUpstreamCatalog(ctx, id);
  } catch (error) {
    throw toAppError(error);
  }
}

/** Whether an upstream answers at this moment, whatever it did before; `not_found` for none. */
export async function checkUpstream(ctx: Ctx, id: string): Promise<CheckedUpstream> {
  authorize(ctx, "upstreams:write");
  checkId(id);
  const registered = (await upstreamsOf(ctx.tenantId)).get(id);
  if (registered) resetBreaker(breakerKey(registered));
  const startedAt = performance.now();
  const took = () => Math.round(performance.now() - startedAt);
  try {
    const look = async (client: Client): Promise<CheckedUpstream> => {
      // The current revision has no ping; every server lists what it says it has.
      if (client.getServerCapabilities()?.tools) {
        await client.request({ method: "tools/list", params: {} });
      }
      const capabilities = (client.getServerCapabilities() ?? {}) as JsonObject;
      const server = serverOf(client);
      return { ok: true, error: null, duration_ms: took(), server, capabilities };
    };
    return await withUpstream(ctx, id, look, { askable: everythingAskable });
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return {
      ...{ ok: false, error: error.message, duration_ms: took() },
      ...{ server: null, capabilities: {} },
    };
  }
}
