import { importPreview, importResult } from "#lib/tools/import/openapi/schema.ts";
import { textOf, type Workshop } from "./workshop.ts";

/** Tools out of an OpenAPI description, which is fetched through the egress guard. */
export async function showOpenapi({ report, service, must, call }: Workshop): Promise<void> {
  report.section("Tools out of an OpenAPI description");
  const source = { url: `${service.url}/openapi.json`, prefix: "shop_" };
  const preview = async () =>
    importPreview.parse(await must("POST", "/tools/import/openapi/preview", source));
  const { operations, title, openapi } = await preview();
  const keys = operations.map(({ key }) => key).join(", ");
  report.check(`${title} is read, OpenAPI ${openapi}`, operations.length === 2, keys);
  const apply = { ...source, operations: "all" };
  const done = importResult.parse(await must("POST", "/tools/import/openapi/apply", apply));
  report.check("each operation becomes a tool", done.created.length === 2, done.created.join(", "));
  const result = await call("shop_getOrder", { order_id: 12 });
  const asked = JSON.stringify(result.structuredContent).includes('"url":"/orders/12"');
  report.check("a call of one reaches the API", asked, textOf(result));
  const again = (await preview()).operations.map(({ state }) => state);
  const same = again.every((state) => state === "unchanged");
  report.check("a second import finds nothing to change", same, again.join(", "));
}
