import { applyBundle } from "#lib/bundles/import.ts";
import { applyBundleInput, bundleResult } from "#lib/bundles/schema.ts";
import { route } from "#lib/http/route.ts";

export const POST = route({
  scope: "tenant",
  summary: "Import a bundle as it was planned, all of it or nothing",
  body: applyBundleInput,
  response: bundleResult,
  run: (ctx, { body }) => applyBundle(ctx, body),
});
