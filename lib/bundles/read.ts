import type { Ctx } from "#lib/core/ctx.ts";
import { checkDocument, isJsonText } from "#lib/core/document.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { runInThread } from "#lib/core/own-thread.ts";
import { parse } from "#lib/core/parse.ts";
import { type BundleInput, bundleInput } from "./schema.ts";
import { bundleLimits, readBundleText } from "./text.ts";

async function objectOf(ctx: Ctx, text: string): Promise<JsonObject> {
  if (isJsonText(text)) return readBundleText(text);
  return runInThread<JsonObject>(ctx.tenantId, "lib/bundles/read-worker.ts", text);
}

/** The bundle of an object or a text, its frame checked. Throws `invalid_request`, `unavailable`. */
export async function readBundle(ctx: Ctx, given: string | JsonObject): Promise<BundleInput> {
  if (typeof given === "string") return parse(bundleInput, await objectOf(ctx, given));
  checkDocument(given, bundleLimits);
  return parse(bundleInput, given);
}
