import { z } from "zod";
import { type Pair, pairsRecord, toPairs } from "#components/forms/schema.ts";
import { isJsonObject } from "#lib/core/json.ts";
import { kindForm } from "./kind-form.ts";

const defaultMethod = "POST";

function pairsOf(record: unknown): Pair[] {
  if (!isJsonObject(record)) return [];
  const entries = Object.entries(record).map(([key, value]) => [key, String(value)]);
  return toPairs(Object.fromEntries(entries));
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

/** Which row of a table of names and values a complaint is about. */
function rowAt(field: string, rows: readonly Pair[], name: PropertyKey | undefined): PropertyKey[] {
  const index = rows.findIndex(({ key }) => key.trim() === name);
  return index < 0 ? ["url"] : [field, index, "value"];
}

/** A tool that is an HTTP endpoint. */
export const httpForm = kindForm({
  label: "HTTP",
  about: "Calls an address of yours",
  keys: ["implementation", "method", "headers", "timeout_ms", "retries"],
  fields: z.object({
    url: z.string().trim(),
    method: z.string(),
    headers: pairsRecord(),
    timeout_ms: z.number().nullable(),
    retries: z.number().nullable(),
  }),
  toFields({ implementation, method, headers, timeout_ms, retries }) {
    return {
      url: typeof implementation === "string" ? implementation : "",
      method: typeof method === "string" ? method.toUpperCase() : defaultMethod,
      headers: pairsOf(headers),
      timeout_ms: numberOf(timeout_ms),
      retries: numberOf(retries),
    };
  },
  toConfig({ url, method, headers, timeout_ms, retries }) {
    return {
      implementation: url,
      ...(method === defaultMethod ? {} : { method }),
      ...(Object.keys(headers).length === 0 ? {} : { headers }),
      ...(timeout_ms === null ? {} : { timeout_ms }),
      ...(retries === null ? {} : { retries }),
    };
  },
  fieldAt([key, name], { headers }) {
    if (key === "headers") return rowAt("headers", headers, name);
    return [key === "implementation" ? "url" : (key ?? "url")];
  },
});
