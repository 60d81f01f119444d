import { isJsonObject } from "#lib/core/json.ts";
import { secretNamesIn } from "#lib/tools/secret-uses.ts";

const mostAddresses = 20;

function originOf(text: string): string {
  const url = URL.parse(text);
  return url && url.origin !== "null" ? url.origin : text.slice(0, 200);
}

function addAddresses(value: unknown, found: Set<string>): void {
  if (typeof value === "string") {
    if (/^https?:\/\//i.test(value) && found.size < mostAddresses) found.add(originOf(value));
  } else if (Array.isArray(value)) {
    for (const each of value) addAddresses(each, found);
  } else if (isJsonObject(value)) {
    for (const each of Object.values(value)) addAddresses(each, found);
  }
}

/**
 * What a definition of somebody else's would come by here: the names of this tenant's secrets that
 * it uses, and the origins that its configuration names.
 */
export function reachOf(config: unknown): { secrets: string[]; addresses: string[] } {
  const addresses = new Set<string>();
  addAddresses(config, addresses);
  return { secrets: [...secretNamesIn(config)].sort(), addresses: [...addresses] };
}
