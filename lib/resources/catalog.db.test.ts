import { afterAll, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { deleteTenant } from "#lib/admin/tenants.ts";
import { onChange } from "#lib/core/bus.ts";
import { freshTenant, platformCtx, tenantCtx } from "#lib/testing/context.ts";
import { flushLedger } from "#lib/usage/ledger.ts";
import { listResourceCatalog, resourceCatalogOf } from "./catalog.ts";
import { completeTemplateArgument } from "./complete.ts";
import { deleteContent, putContent } from "./contents.ts";
import type { RegisterResourceInput } from "./schema.ts";
import { deleteResource, registerResource } from "./service.ts";

useTestDatabase();

afterAll(flushLedger);

const file = (uri: string, rest: Partial<RegisterResourceInput> = {}) => ({
  ...{ resource_id: uri, name: uri, type: "file", uri },
  ...rest,
});

test("resources and templates are listed as MCP has them, in the order of their URIs", async () => {
  const ctx = await freshTenant();
  const icons = [{ src: "https://example.com/i.png" }];
  const annotations = { audience: ["user" as const], priority: 0.5 };
  await registerResource(ctx, file("test://{id}/b", { mime_type: "application/json" }));
  await registerResource(ctx, file("test://c"));
  await registerResource(ctx, {
    ...file("test://a", { title: "A", description: "First", icons, annotations }),
    ...{ name: "a", content: { text: "hello" }, mime_type: "text/markdown" },
  });
  expect(await listResourceCatalog(ctx)).toEqual({
    resources: [
      {
        ...{ uri: "test://a", name: "a", title: "A", description: "First" },
        ...{ mimeType: "text/markdown", icons, annotations, size: 5 },
      },
      { uri: "test://c", name: "test://c" },
    ],
    templates: [
      { uriTemplate: "test://{id}/b", name: "test://{id}/b", mimeType: "application/json" },
    ],
  });
});

test("no list shows a password, nor what cannot be read, and a URI stands once", async () => {
  const ctx = await freshTenant();
  await registerResource(
    ctx,
    file("redis://u:hush@c.example", { source: "https://a:hush@b.example" }),
  );
  await registerResource(ctx, file("test://closed", { access_permissions: ["write"] }));
  await registerResource(ctx, { ...file("test://same"), resource_id: "1", name: "first" });
  await registerResource(ctx, { ...file("test://same"), resource_id: "2", name: "second" });
  const listed = await listResourceCatalog(ctx);
  expect(listed.resources.map(({ uri, name }) => [uri, name])).toEqual([
    ["redis://u:[secret]@c.example", "redis://u:hush@c.example"],
    ["test://same", "first"],
  ]);
  const known = (await resourceCatalogOf(ctx.tenantId)).byUri.get("redis://u:[secret]@c.example");
  expect(known?.resource.source).toBe("https://a:[secret]@b.example");
});

test("another tenant's resources are never in it, and listing needs its permission", async () => {
  const [ctx, other] = [await freshTenant(), await freshTenant()];
  await registerResource(ctx, file("test://mine"));
  expect(await listResourceCatalog(other)).toEqual({ resources: [], templates: [] });
  const writer = tenantCtx(ctx.tenantId, ["resources:write"]);
  await expect(listResourceCatalog(writer)).rejects.toMatchObject({ code: "insufficient_scope" });
});

test("every change is in the catalog at once, and is announced with the URIs that it concerns", async () => {
  const ctx = await freshTenant();
  const heard: string[] = [];
  const stop = onChange((change) => {
    if (change !== "everything" && change.key.startsWith(ctx.tenantId)) {
      heard.push(`${change.topic} ${change.key.slice(ctx.tenantId.length + 1)}`.trim());
    }
  });
  const uris = async () => (await listResourceCatalog(ctx)).resources.map(({ uri }) => uri);
  const after = async (work: Promise<unknown>) => {
    heard.length = 0;
    await work;
    return [...heard].sort();
  };
  const input = { ...file("test://a"), resource_id: "r" };
  expect(await uris()).toEqual([]);
  expect(await after(registerResource(ctx, input))).toEqual([
    "resource-updated test://a",
    "resources",
  ]);
  expect(await uris()).toEqual(["test://a"]);
  expect(await after(registerResource(ctx, { ...input, uri: "test://b" }))).toEqual([
    "resource-updated test://a",
    "resource-updated test://b",
    "resources",
  ]);
  expect(await uris()).toEqual(["test://b"]);
  const content = { bytes: new Uint8Array(3), mimeType: "a/b" };
  const updated = ["resource-updated test://b", "resources"];
  expect(await after(putContent(ctx, "r", content))).toEqual(updated);
  expect((await listResourceCatalog(ctx)).resources).toMatchObject([{ size: 3, mimeType: "a/b" }]);
  expect(await after(deleteContent(ctx, "r"))).toEqual(updated);
  expect(await after(deleteResource(ctx, "r"))).toEqual(updated);
  expect(await uris()).toEqual([]);
  stop();
});

test("a refused write announces nothing", async () => {
  const ctx = await freshTenant({ resource_limits: { max_resources: 0 } });
  let heard = 0;
  const stop = onChange((change) => {
    if (change !== "everything" && change.topic.startsWith("resource")) heard += 1;
  });
  await expect(registerResource(ctx, file("test://a"))).rejects.toThrow();
  stop();
  expect(heard).toBe(0);
});

test("the catalog of a deleted tenant is forgotten", async () => {
  const ctx = await freshTenant();
  await registerResource(ctx, file("test://a", { content: { text: "a" } }));
  expect((await resourceCatalogOf(ctx.tenantId)).byUri.size).toBe(1);
  await deleteTenant(platformCtx(), ctx.tenantId);
  expect((await resourceCatalogOf(ctx.tenantId)).byUri.size).toBe(0);
});

test("a template's variable is completed from what it names and what is there", async () => {
  const ctx = await freshTenant();
  const metadata = { completions: { id: ["north", "Nordic", 7], region: ["eu"] } };
  await registerResource(ctx, file("shop://{region}/{id}", { metadata }));
  for (const uri of ["shop://eu/nora", "shop://us/nil", "shop://eu/other", "shop://eu/north"]) {
    await registerResource(ctx, file(uri));
  }
  const complete = (argument: string, prefix: string, context = {}) =>
    completeTemplateArgument(ctx, "shop://{region}/{id}", argument, prefix, context);
  expect(await complete("id", "no")).toEqual({
    ...{ values: ["north", "Nordic", "nora"], total: 3, hasMore: false },
  });
  expect((await complete("id", "N", { region: "us" })).values).toEqual(["north", "Nordic", "nil"]);
  expect((await complete("region", "")).values).toEqual(["eu", "us"]);
  expect((await complete("none", "")).values).toEqual([]);
});

test("at most 100 values are given, with how many there are", async () => {
  const ctx = await freshTenant();
  const completions = { id: Array.from({ length: 150 }, (_, n) => `v${n}`) };
  await registerResource(ctx, file("a://{id}", { metadata: { completions } }));
  const { values, total, hasMore } = await completeTemplateArgument(ctx, "a://{id}", "id", "V");
  expect([values.length, total, hasMore]).toEqual([100, 150, true]);
});

test("a foreign template and a missing one answer the same, and completing needs its permission", async () => {
  const [ctx, other] = [await freshTenant(), await freshTenant()];
  await registerResource(ctx, file("a://{id}"));
  const message = 'There is no resource template "a://{id}".';
  await expect(completeTemplateArgument(other, "a://{id}", "id", "")).rejects.toMatchObject({
    ...{ code: "not_found", message },
  });
  const writer = tenantCtx(ctx.tenantId, ["resources:write"]);
  await expect(completeTemplateArgument(writer, "a://{id}", "id", "")).rejects.toMatchObject({
    code: "insufficient_scope",
  });
});
