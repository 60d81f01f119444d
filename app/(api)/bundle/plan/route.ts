import { planBundle } from "#lib/bundles/import.ts";
import { bundlePlan, planBundleInput } from "#lib/bundles/schema.ts";
import { route } from "#lib/http/route.ts";

export const POST = route({
  scope: "tenant",
  summary: "See what an import of a bundle would do",
  body: planBundleInput,
  response: bundlePlan,
  run: (ctx, { body }) => planBundle(ctx, body),
});
