import { LRUCache } from "lru-cache";
import { onChange } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { singleton } from "#lib/core/singleton.ts";
import { tenantTopic } from "#lib/tenants/snapshot.ts";
import { type CatalogTool, catalogTopic } from "../catalog.ts";
import type { CallToolResult } from "../schema.ts";
import { canonicalHash } from "./canonical.ts";
import { rulesTopic, type ToolPolicy } from "./rules.ts";

const megabyte = 1024 * 1024;
const largestResult = megabyte;
const mostPerTenant = 8 * megabyte;
const mostInAll = 64 * megabyte;
/** What an entry costs besides its text. */
const overhead = 512;

/** A result as text, so that nobody changes what another caller is given. */
type Kept = LRUCache<string, string>;

interface Results {
  tenants: LRUCache<string, Kept>;
  bytes: number;
}

const results = singleton<Results>("tools.results", () => {
  const made: Results = {
    bytes: 0,
    tenants: new LRUCache<string, Kept>({
      max: 10_000,
      dispose: (kept) => kept.clear(),
    }),
  };
  // A tool's or a rule's change makes older results wrong; those of the tenant are few.
  onChange((change) => {
    if (change === "everything") made.tenants.clear();
    else if ([catalogTopic, rulesTopic, tenantTopic].includes(change.topic)) {
      made.tenants.delete(change.key);
    }
  });
  return made;
});

function bytesOf(text: string, place: string): number {
  return 2 * (text.length + place.length) + overhead;
}

function newKept(): Kept {
  return new LRUCache<string, string>({
    maxSize: mostPerTenant,
    sizeCalculation: bytesOf,
    ttlResolution: 20,
    onInsert: (text, place, reason) => {
      if (reason !== "update") results.bytes += bytesOf(text, place);
    },
    dispose: (text, place) => {
      results.bytes -= bytesOf(text, place);
    },
  });
}

/**
 * Where the result of a call is kept; the tool's revision is part of it. An upstream may answer each
 * person with an account of their own, so that its results are never shared.
 */
export function resultPlace(
  ctx: Ctx,
  { toolId, revision, kind }: Pick<CatalogTool, "toolId" | "revision" | "kind">,
  { cacheScope }: Pick<ToolPolicy, "cacheScope">,
  args: JsonObject,
): string {
  const { type, id } = ctx.principal;
  const whose = cacheScope === "tenant" && kind !== "mcp" ? null : [type, id];
  return canonicalHash(toolId, revision, whose, args);
}

/** The result kept there, marked as such; undefined where there is none. */
export function keptResult(tenantId: string, place: string): CallToolResult | undefined {
  const text = results.tenants.get(tenantId)?.get(place);
  if (text === undefined) return undefined;
  const result = JSON.parse(text) as CallToolResult;
  return { ...result, _meta: { ...result._meta, "tausestack/cache": "hit" } };
}

/** Keeps a result in this process; the tenants whose results were used longest ago make room. */
export function keepResult(
  tenantId: string,
  place: string,
  result: CallToolResult,
  ttlSeconds: number,
): void {
  const text = JSON.stringify(result);
  if (2 * text.length > largestResult) return;
  const kept = results.tenants.get(tenantId) ?? newKept();
  results.tenants.set(tenantId, kept);
  kept.set(place, text, { ttl: ttlSeconds * 1000 });
  while (results.bytes > mostInAll && results.tenants.size > 1) results.tenants.pop();
}

/** Bytes of all results kept in this process. */
export function keptBytes(): number {
  return results.bytes;
}
