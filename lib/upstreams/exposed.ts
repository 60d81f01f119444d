import { setTimeout as wait } from "node:timers/promises";
import type {
  GetPromptResult,
  Prompt,
  ReadResourceResult,
  Resource,
  ResourceTemplateType,
} from "@modelcontextprotocol/client";
import { LRUCache } from "lru-cache";
import { authorize } from "#lib/core/authorize.ts";
import { onChange } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import { log } from "#lib/core/log.ts";
import { singleton } from "#lib/core/singleton.ts";
import { noteUsage } from "#lib/usage/ledger.ts";
import { type CatalogList, fetchUpstreamCatalog, type UpstreamCatalog } from "./catalog.ts";
import { withoutCredentials } from "./credentials.ts";
import { toAppError } from "./errors.ts";
import { onUpstreamListChanged } from "./list-changes.ts";
import { type RegisteredUpstream, upstreamsOf, upstreamTopic } from "./registry.ts";
import { prefixedName } from "./schema.ts";
import { findSubject, type Subject } from "./subject.ts";
import { withUpstream } from "./use.ts";

const freshMs = 60_000;
/** How long an upstream that did not answer is left out of the lists before it is asked again. */
const silentMs = 15_000;
/** How long the lists of the others wait for one; what it says later is in the next ones. */
const patienceMs = 3_000;

interface Kept {
  /** Null where the upstream does not say. */
  catalog: Promise<UpstreamCatalog | null>;
  /** Somebody has waited in vain; nobody does again. */
  isLate: boolean;
}

const catalogs = singleton(
  "upstream.catalogs",
  () => new LRUCache<string, Kept>({ max: 500, ttl: freshMs }),
);

function forget(tenantId: string): void {
  for (const key of catalogs.keys()) {
    if ((JSON.parse(key) as string[])[0] === tenantId) catalogs.delete(key);
  }
}

onUpstreamListChanged(forget);
onChange((change) => {
  if (change === "everything") catalogs.clear();
  else if (change.topic === upstreamTopic) forget(change.key);
});

type Exposure = "exposeResources" | "exposePrompts";

const listsOf: Record<Exposure, readonly CatalogList[]> = {
  exposeResources: ["resources", "resource_templates"],
  exposePrompts: ["prompts"],
};

/** What an upstream lists, as of a minute ago at most. */
function keptCatalog(
  ctx: Ctx,
  { tenantId, upstreamId }: RegisteredUpstream,
  what: Exposure,
  subject: Subject,
): Kept {
  const key = JSON.stringify([tenantId, upstreamId, subject, what]);
  const there = catalogs.get(key);
  if (there) return there;
  const kept: Kept = {
    isLate: false,
    catalog: fetchUpstreamCatalog(ctx, upstreamId, listsOf[what]).catch((err: unknown) => {
      log.debug({ err, upstreamId }, "an upstream's lists are left out");
      if (catalogs.peek(key) === kept) catalogs.set(key, kept, { ttl: silentMs });
      return null;
    }),
  };
  catalogs.set(key, kept);
  return kept;
}

/** The same for whoever shows the lists of several: none of them waits for long. */
async function catalogFor(
  ctx: Ctx,
  upstream: RegisteredUpstream,
  what: Exposure,
): Promise<UpstreamCatalog | null> {
  const subject = findSubject(ctx, upstream);
  if (subject === null) return null;
  const kept = keptCatalog(ctx, upstream, what, subject);
  const answered = new AbortController();
  const late = wait(kept.isLate ? 0 : patienceMs, null, { signal: answered.signal })
    .then(() => {
      kept.isLate = true;
      return null;
    })
    .catch(() => null);
  try {
    return await Promise.race([kept.catalog, late]);
  } finally {
    answered.abort();
  }
}

async function exposed(ctx: Ctx, what: Exposure) {
  const all = [...(await upstreamsOf(ctx.tenantId)).values()];
  const shown = all.filter((upstream) => upstream.enabled && upstream[what]);
  const found = await Promise.all(
    shown.map(async (upstream) => ({ upstream, catalog: await catalogFor(ctx, upstream, what) })),
  );
  return found.flatMap(({ upstream, catalog }) => (catalog ? [{ upstream, catalog }] : []));
}

const scheme = "upstream:";

/** An upstream's URI as the tenant's clients name it; its own stands in it as it is. */
function uriHere(upstreamId: string, uri: string): string {
  return `${scheme}${upstreamId}:${uri}`;
}

function parseUri(uri: string): { upstreamId: string; uri: string } | null {
  const [, upstreamId = "", rest = ""] = /^upstream:([a-z0-9_-]+):(.+)$/s.exec(uri) ?? [];
  return upstreamId === "" ? null : { upstreamId, uri: rest };
}

/** True for a URI that names a resource of an upstream. */
export function isUpstreamUri(uri: string): boolean {
  return uri.startsWith(scheme);
}

/** Resources and templates of the upstreams that show theirs to the tenant's clients. */
export async function exposedResources(
  ctx: Ctx,
): Promise<{ resources: Resource[]; templates: ResourceTemplateType[] }> {
  const found = await exposed(ctx, "exposeResources");
  return {
    resources: found.flatMap(({ upstream, catalog }) =>
      (catalog.resources as unknown as Resource[]).map((each) => ({
        ...each,
        uri: uriHere(upstream.upstreamId, each.uri),
      })),
    ),
    templates: found.flatMap(({ upstream, catalog }) =>
      (catalog.resource_templates as unknown as ResourceTemplateType[]).map((each) => ({
        ...each,
        uriTemplate: uriHere(upstream.upstreamId, each.uriTemplate),
      })),
    ),
  };
}

/** The upstream of an id, if it shows such things; else it is missing. */
async function exposing(ctx: Ctx, upstreamId: string, what: Exposure, missing: Error) {
  const upstream = (await upstreamsOf(ctx.tenantId)).get(upstreamId);
  if (!upstream?.enabled || !upstream[what]) throw missing;
  return upstream;
}

/** Reads a resource of an upstream; throws `not_found`, `upstream_failed` and `unavailable`. */
export async function readUpstreamResource(
  ctx: Ctx,
  uri: string,
  signal: AbortSignal,
): Promise<ReadResourceResult["contents"]> {
  authorize(ctx, "resources:read");
  const missing = notFound("resource", uri);
  const named = parseUri(uri);
  if (!named) throw missing;
  const upstream = await exposing(ctx, named.upstreamId, "exposeResources", missing);
  const { upstreamId, timeoutMs } = upstream;
  const startedAt = performance.now();
  const note = (status: "ok" | "error") =>
    noteUsage(ctx, {
      ...{ kind: "resource_read", name: uri, status },
      durationMs: performance.now() - startedAt,
    });
  try {
    const { contents } = await withUpstream(
      ctx,
      upstreamId,
      (client) =>
        client.readResource(
          { uri: named.uri },
          { signal, timeout: timeoutMs, cacheMode: "bypass" },
        ),
      { signal },
    );
    note("ok");
    const shown = await withoutCredentials(ctx, upstream, contents);
    return shown.map((each) => ({ ...each, uri: uriHere(upstreamId, each.uri) }));
  } catch (error) {
    note("error");
    throw toAppError(error);
  }
}

/** Prompts of the upstreams that show theirs, under the upstreams' prefixes. */
export async function exposedPrompts(ctx: Ctx): Promise<Prompt[]> {
  const found = await exposed(ctx, "exposePrompts");
  return found.flatMap(({ upstream, catalog }) =>
    (catalog.prompts as unknown as Prompt[]).map((each) => ({
      ...each,
      name: prefixedName(upstream.prefix, each.name),
    })),
  );
}

/** A prompt of an upstream by its name here; null where none shows one of that name. */
export async function getUpstreamPrompt(
  ctx: Ctx,
  name: string,
  args: Record<string, string>,
  signal: AbortSignal,
): Promise<GetPromptResult | null> {
  authorize(ctx, "prompts:read");
  for (const { upstream, catalog } of await exposed(ctx, "exposePrompts")) {
    const prompts = catalog.prompts as unknown as Prompt[];
    const found = prompts.find((each) => prefixedName(upstream.prefix, each.name) === name);
    if (!found) continue;
    try {
      const prompt = await withUpstream(
        ctx,
        upstream.upstreamId,
        (client) =>
          client.getPrompt(
            { name: found.name, arguments: args },
            { signal, timeout: upstream.timeoutMs },
          ),
        { signal },
      );
      return await withoutCredentials(ctx, upstream, prompt);
    } catch (error) {
      throw toAppError(error);
    }
  }
  return null;
}
