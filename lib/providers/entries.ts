import type { z } from "zod";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { maskUrlPassword } from "#lib/core/secrets.ts";
import type { AiProvider, putAiProviderInput } from "./entry-schema.ts";
import { readProviders } from "./schema.ts";

type Entries = readonly unknown[];

/** The name of an entry of `ai_providers`, by which tools mean it; empty where it has none. */
function nameOf(entry: unknown): string {
  if (typeof entry === "string") return entry;
  const { name, provider, type } = isJsonObject(entry) ? entry : {};
  return String(name ?? provider ?? type ?? "");
}

function problemOf(entries: Entries, at: number): string | null {
  const entry = entries[at];
  const name = nameOf(entry);
  if (entries.findIndex((each) => nameOf(each) === name) < at) {
    return "Another entry before it has the same name.";
  }
  if (readProviders([entry]).length > 0) return null;
  return "It names no dialect that is known, or has a value that is none. Give it a type.";
}

/** A tenant's `ai_providers` as they are shown, also those that no tool can use; without keys. */
export function describeProviders(tenantId: string, entries: Entries): AiProvider[] {
  return entries.map((entry, at) => {
    const [known] = readProviders([entry]);
    const { base_url } = isJsonObject(entry) ? entry : {};
    const address = known ? known.baseUrl : typeof base_url === "string" ? base_url : null;
    return {
      tenant_id: tenantId,
      name: nameOf(entry),
      type: known?.type ?? null,
      base_url: address === null ? null : maskUrlPassword(address),
      api_key_secret: known && "secret" in known.key ? known.key.secret : null,
      models: Object.fromEntries(known?.models ?? []),
      prices: Object.fromEntries(known?.prices ?? []),
      problem: problemOf(entries, at),
    };
  });
}

/** The entries with this one changed, in its place, or added at their end; further keys stay. */
export function withEntry(
  entries: Entries,
  name: string,
  input: z.output<typeof putAiProviderInput>,
): JsonObject[] {
  const at = entries.findIndex((each) => nameOf(each) === name);
  const before = at === -1 ? undefined : entries[at];
  // What the form and the API know is written anew; a key in the entry stays until a secret is named.
  const { base_url, api_key_secret, model, models, prices, api_key, ...rest } = isJsonObject(before)
    ? before
    : ({} as JsonObject);
  const key = input.api_key_secret ? {} : api_key === undefined ? {} : { api_key };
  const made: JsonObject = {
    ...rest,
    ...{ name, type: input.type },
    ...(input.base_url ? { base_url: input.base_url } : {}),
    ...(input.api_key_secret ? { api_key_secret: input.api_key_secret } : key),
    ...{ models: input.models, prices: input.prices },
  };
  return (at === -1 ? [...entries, made] : entries.with(at, made)) as JsonObject[];
}

/** The entries without those of this name, or null where none has it. */
export function withoutEntry(entries: Entries, name: string): unknown[] | null {
  const left = entries.filter((each) => nameOf(each) !== name);
  return left.length === entries.length ? null : left;
}
