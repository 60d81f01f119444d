import { exportBundle } from "#lib/bundles/export.ts";
import { bundle, exportQuery } from "#lib/bundles/schema.ts";
import { bundleText } from "#lib/bundles/text.ts";
import { Reply } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";

const asksForYaml = /\b(application|text)\/(x-)?yaml\b/i;

export const GET = route({
  scope: "tenant",
  summary: "Export tools, prompts and resources as one document, without secrets",
  query: exportQuery,
  response: bundle,
  async run(ctx, { query: { format: named, ...query }, request }) {
    const accept = request.headers.get("accept") ?? "";
    const format = named ?? (asksForYaml.test(accept) ? "yaml" : "json");
    const text = bundleText(await exportBundle(ctx, query), format);
    return new Reply(Buffer.from(text), {
      headers: {
        "content-type": `application/${format}`,
        "content-disposition": `attachment; filename="${ctx.tenantId}.bundle.${format}"`,
      },
    });
  },
});
