import type { Ctx } from "#lib/core/ctx.ts";
import { checkDocument, isJsonText, readDocument } from "#lib/core/document.ts";
import { type JsonObject, maxJsonDepth } from "#lib/core/json.ts";
import { runInThread } from "#lib/core/own-thread.ts";
import { parse } from "#lib/core/parse.ts";
import { type BundleInput, bundleInput } from "./schema.ts";

const limits = { depth: maxJsonDepth, values: 500_000, characters: 32 * 1024 * 1024 };

/** The object that a bundle's text is. Throws `invalid_request`. */
export function readBundleText(text: string): JsonObject {
  return readDocument(text, limits, "bundle");
}

/** The bundle of an object or a text, its frame checked. Throws `invalid_request`, `unavailable`. */
export async function readBundle(ctx: Ctx, given: string | JsonObject): Promise<BundleInput> {
  if (typeof given !== "string") {
    checkDocument(given, limits);
    return parse(bundleInput, given);
  }
  const value = isJsonText(given)
    ? readBundleText(given)
    : await runInThread<JsonObject>(ctx.tenantId, "lib/bundles/read-worker.ts", given);
  return parse(bundleInput, value);
}
