import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { secretMask } from "#lib/core/secrets.ts";

/** A JSON value without what is only a mask, and where that stood. */
function dropped(value: unknown, pointer: string, omitted: string[]): unknown {
  if (Array.isArray(value))
    return value.map((one, at) => dropped(one, `${pointer}/${at}`, omitted));
  // Within an address the mask stays: whoever approves the tool sees that something lacks.
  if (typeof value === "string" && value.includes(secretMask)) omitted.push(pointer);
  if (!isJsonObject(value)) return value;
  const kept: [string, unknown][] = [];
  for (const [name, inner] of Object.entries(value)) {
    const at = `${pointer}/${name}`;
    if (inner === secretMask) omitted.push(at);
    else kept.push([name, dropped(inner, at, omitted)]);
  }
  return Object.fromEntries(kept);
}

/**
 * A tool as a peer sent it, without the masks that stand for what the peer keeps to itself: whoever
 * approves the tool fills in values of their own. `omitted` says where they stood.
 */
export function withoutMasks(entry: unknown): { entry: unknown; omitted: string[] } {
  if (!isJsonObject(entry) || !isJsonObject(entry.config)) return { entry, omitted: [] };
  const omitted: string[] = [];
  const config = dropped(entry.config, "/config", omitted) as JsonObject;
  return { entry: omitted.length === 0 ? entry : { ...entry, config }, omitted };
}

const mostNamed = 20;

/** What a pulled revision's note says. */
export function pulledNote(url: string, omitted: readonly string[]): string {
  if (omitted.length === 0) return `Pulled from ${url}`.slice(0, 1_000);
  const named = omitted.slice(0, mostNamed).join(", ");
  const more = omitted.length > mostNamed ? " and more" : "";
  return `Not sent, since it may be a secret: ${named}${more}. Pulled from ${url}`.slice(0, 1_000);
}
