import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listAudit } from "#lib/audit/service.ts";
import { AppError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { putSecret } from "#lib/secrets/service.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import { callTool } from "../../calls/call.ts";
import { archiveTool } from "../../revisions/publish.ts";
import { listRevisions } from "../../revisions/revisions.ts";
import { getTool, listTools, registerTool } from "../../service.ts";
import { applyImport, previewImport } from "./service.ts";
import { largeDocument, styles } from "./testing.ts";

useTestDatabase();

const running: (() => void)[] = [];

afterEach(() => {
  for (const stop of running.splice(0)) stop();
});

const all = { include_dynamic: true };
const text = { type: "string" };

function petStore(change: (paths: Record<string, JsonObject>) => void = () => undefined): string {
  const paths: Record<string, JsonObject> = {
    "/pets": {
      get: {
        operationId: "listPets",
        summary: "List pets",
        parameters: [{ name: "tag", in: "query", schema: text }],
      },
      post: { operationId: "addPet", requestBody: { content: { "multipart/form-data": {} } } },
    },
    "/pets/{id}": { delete: { operationId: "deletePet" } },
  };
  change(paths);
  return JSON.stringify({
    ...{ openapi: "3.1.0", info: { title: "Pet Store", version: "1" }, paths },
    servers: [{ url: "https://pets.example.com" }],
  });
}

async function refusal(outcome: Promise<unknown>): Promise<AppError> {
  const error = await outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

async function namesOf(ctx: Parameters<typeof listTools>[0]): Promise<string[]> {
  return (await listTools(ctx, all)).items.map(({ name }) => name);
}

test("a preview shows each operation with its tool or its problem, and writes nothing", async () => {
  const ctx = await freshTenant();
  const preview = await previewImport(ctx, { document: petStore(), prefix: "shop_" });
  expect(preview).toMatchObject({
    source: "pet_store",
    title: "Pet Store",
    openapi: "3.1.0",
    complete: true,
  });
  expect(preview.operations).toMatchObject([
    { key: "GET /pets", name: "shop_listPets", state: "new", problem: null, tool_id: null },
    { key: "POST /pets", problem: expect.stringContaining("multipart/form-data"), proposed: null },
    { key: "DELETE /pets/{id}", proposed: { annotations: { destructiveHint: true } } },
  ]);
  expect(await namesOf(ctx)).toEqual([]);
});

test("what is chosen is imported at once, with an entry for each tool and one for the import", async () => {
  const ctx = await freshTenant();
  const result = await applyImport(ctx, { document: petStore(), operations: "all" });
  expect(result).toEqual({
    ...{ source: "pet_store", published: true, created: ["listPets", "deletePet"] },
    ...{ updated: [], deleted: [] },
    ...{ unchanged: 0, skipped: [{ operation: "POST /pets", problem: expect.any(String) }] },
  });
  const tool = await getTool(ctx, "listPets");
  expect(tool).toMatchObject({
    ...{ name: "listPets", title: "List pets", status: "published", revision: 1 },
    config: {
      implementation: "https://pets.example.com/pets",
      method: "GET",
      query: { tag: "{{tag}}" },
      import: { source: "pet_store", operation: "GET /pets" },
    },
  });
  expect((await listRevisions(ctx, "listPets", {})).items).toHaveLength(1);
  const { items } = await listAudit(ctx, {});
  const actions = items.map(({ action, target_id }) => `${action} ${target_id}`);
  expect(actions.sort()).toEqual(
    [
      ...[`tenant.create ${ctx.tenantId}`, "tools.import pet_store"],
      ...["tool.create listPets", "tool.create deletePet"],
    ].sort(),
  );
});

test("the same import again changes nothing, and writes no entry", async () => {
  const ctx = await freshTenant();
  const input = { document: petStore(), operations: "all" as const };
  await applyImport(ctx, input);
  const before = await listTools(ctx, all);
  const entries = (await listAudit(ctx, {})).items.length;
  expect(await applyImport(ctx, input)).toMatchObject({ created: [], updated: [], unchanged: 2 });
  expect(await listTools(ctx, all)).toEqual(before);
  expect((await listAudit(ctx, {})).items).toHaveLength(entries);
});

test("a later document shows what is new, changed and gone, and applying it makes it so", async () => {
  const ctx = await freshTenant();
  await applyImport(ctx, { document: petStore(), operations: "all" });
  const document = petStore((paths) => {
    paths["/pets"] = { get: { operationId: "listPets", summary: "List all pets" } };
    delete paths["/pets/{id}"];
    paths["/toys"] = { get: { operationId: "listToys" } };
  });
  const preview = await previewImport(ctx, { document });
  expect(preview.operations).toMatchObject([
    { key: "GET /pets", state: "changed", current: { title: "List pets" }, edited: false },
    { key: "GET /toys", state: "new", current: null },
  ]);
  expect(preview.gone).toEqual([
    { tool_id: "deletePet", name: "deletePet", operation: "DELETE /pets/{id}" },
  ]);
  const result = await applyImport(ctx, { document, operations: "all", gone: "delete" });
  expect(result).toMatchObject({
    created: ["listToys"],
    updated: ["listPets"],
    deleted: ["deletePet"],
  });
  expect(await getTool(ctx, "listPets")).toMatchObject({ title: "List all pets", revision: 2 });
  expect(await namesOf(ctx)).toEqual(["listPets", "listToys"]);
});

test("a tool that was changed here is kept until its operation changes, and the preview says so", async () => {
  const ctx = await freshTenant();
  await applyImport(ctx, { document: petStore(), operations: "all" });
  const { name, config, parameters } = await getTool(ctx, "listPets");
  const mine = { tool_id: "listPets", name, config, parameters, description: "Mine", pinned: true };
  await registerTool(ctx, mine);
  expect(await applyImport(ctx, { document: petStore(), operations: "all" })).toMatchObject({
    updated: [],
  });
  expect((await getTool(ctx, "listPets")).description).toBe("Mine");
  const document = petStore((paths) => {
    paths["/pets"] = { get: { operationId: "listPets", summary: "Other" } };
  });
  const { operations } = await previewImport(ctx, { document });
  expect(operations[0]).toMatchObject({ state: "changed", edited: true });
  await applyImport(ctx, { document, operations: ["GET /pets"] });
  expect(await getTool(ctx, "listPets")).toMatchObject({ description: "Other", pinned: true });
});

test("tools of the tenant's own keep their names and ids; the imported ones take others", async () => {
  const ctx = await freshTenant();
  const own = {
    tool_id: "listPets",
    name: "listPets",
    config: { implementation: "internal:echo" },
  };
  await registerTool(ctx, own);
  const archived = { ...own, tool_id: "deletePet", name: "deletePet" };
  await registerTool(ctx, archived);
  await archiveTool(ctx, "deletePet");
  const { created } = await applyImport(ctx, { document: petStore(), operations: "all" });
  expect(created).toEqual(["listPets_2", "deletePet_2"]);
});

test("an import past the tenant's limit leaves nothing behind", async () => {
  const ctx = await freshTenant({ tool_limits: { max_tools: 1 } });
  const error = await refusal(applyImport(ctx, { document: petStore(), operations: "all" }));
  expect(error.code).toBe("limit_exceeded");
  expect(await namesOf(ctx)).toEqual([]);
  expect((await listAudit(ctx, {})).items).toMatchObject([{ action: "tenant.create" }]);
});

test("an operation that cannot be imported, or is not there, is refused when it is chosen", async () => {
  const ctx = await freshTenant();
  const operations = ["GET /pets", "POST /pets", "GET /nothing"];
  const error = await refusal(applyImport(ctx, { document: petStore(), operations }));
  expect(error.errors).toEqual([
    { pointer: "/operations/1", message: expect.stringContaining("multipart/form-data") },
    { pointer: "/operations/2", message: "It is not in the document." },
  ]);
  expect(await namesOf(ctx)).toEqual([]);
});

test("a document other than the one that was previewed is refused", async () => {
  const ctx = await freshTenant();
  const { digest } = await previewImport(ctx, { document: petStore() });
  const document = petStore((paths) => delete paths["/pets/{id}"]);
  const error = await refusal(applyImport(ctx, { document, digest, operations: "all" }));
  expect(error.code).toBe("conflict");
});

async function serve(body: string, status = 200): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end(body));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  running.push(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/d/openapi.json`;
}

test("a document is fetched as far as the tenant may reach, and its servers are relative to it", async () => {
  const url = await serve(petStore().replace("https://pets.example.com", "/v1"));
  const closed = await freshTenant();
  const error = await refusal(previewImport(closed, { url }));
  expect([error.code, error.errors?.[0]?.pointer]).toEqual(["invalid_request", "/url"]);
  const open = await freshTenant({ egress_allow: ["127.0.0.0/8"] });
  const { operations } = await previewImport(open, { url });
  const address = new URL("/v1/pets", url).href;
  expect(operations[0]?.proposed?.config.implementation).toBe(address);
  const failing = await refusal(previewImport(open, { url: await serve("no", 500) }));
  expect(failing.code).toBe("upstream_failed");
});

test("an imported tool calls the API as its description says, with the secret that was chosen", async () => {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method, url, headers } = request;
    const seen = { method, url, auth: headers.authorization, version: headers["x-version"] };
    const body = Buffer.concat(chunks).toString("utf8");
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ ...seen, body: body === "" ? null : JSON.parse(body) }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  running.push(() => void server.close());
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ctx = await freshTenant({ egress_allow: ["127.0.0.0/8"] });
  await putSecret(ctx, "PETS_TOKEN", { value: "s3cr3t-of-the-pets" });
  const document = JSON.stringify({
    ...{ openapi: "3.1.0", info: { title: "Pets", version: "1" }, servers: [{ url: base }] },
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
    security: [{ token: [] }],
    paths: {
      "/owners/{owner-id}/pets": {
        post: {
          operationId: "addPet",
          parameters: [
            { name: "owner-id", in: "path", required: true, schema: text },
            { name: "dry[run]", in: "query", schema: { type: "boolean" } },
            { name: "X-Version", in: "header", schema: text },
          ],
          requestBody: {
            required: true,
            content: {
              "application/json": {
                schema: {
                  type: "object",
                  required: ["name"],
                  properties: { name: text, age: { type: "integer" }, tags: { type: "array" } },
                },
              },
            },
          },
        },
      },
    },
  });
  const credentials = { token: { secret: "PETS_TOKEN" } };
  await applyImport(ctx, { document, credentials, operations: "all" });
  const args = { owner_id: "a/b ../c", dry_run: true, name: "Rex", tags: ["x", 1] };
  const result = await callTool(ctx, { toolId: "addPet", arguments: args });
  expect(result.structuredContent).toEqual({
    ...{ method: "POST", url: "/owners/a%2Fb%20..%2Fc/pets?dry%5Brun%5D=true" },
    ...{ auth: expect.stringContaining("[secret]"), body: { name: "Rex", tags: ["x", 1] } },
  });
});

test("both verbs need tools:write, and a document or a url", async () => {
  const ctx = await freshTenant();
  const reader = tenantCtx(ctx.tenantId, ["tools:read"]);
  const document = petStore();
  expect((await refusal(previewImport(reader, { document }))).code).toBe("insufficient_scope");
  expect((await refusal(applyImport(reader, { document, operations: "all" }))).code).toBe(
    "insufficient_scope",
  );
  expect((await refusal(previewImport(ctx, {}))).code).toBe("invalid_request");
  expect((await refusal(previewImport(ctx, { document, url: "https://x" }))).code).toBe(
    "invalid_request",
  );
});

test("another tenant's imports are not seen, and its names are free", async () => {
  const [one, other] = [await freshTenant(), await freshTenant()];
  await applyImport(one, { document: petStore(), operations: "all" });
  const { operations, gone } = await previewImport(other, { document: petStore() });
  expect([operations[0]?.state, operations[0]?.name, gone]).toEqual(["new", "listPets", []]);
});

test("a description that takes too much ends its own thread and nothing else", async () => {
  const ctx = await freshTenant();
  const error = await refusal(previewImport(ctx, { document: `a: ${"[".repeat(200_000)}` }));
  expect(error.code).toBe("invalid_request");
  expect((await previewImport(ctx, { document: petStore() })).operations).toHaveLength(3);
});

test("a thousand operations are imported in one go, the process answering meanwhile", async () => {
  const ctx = await freshTenant();
  const document = JSON.stringify(largeDocument(styles.forge));
  let ticks = 0;
  const timer = setInterval(() => ticks++, 20);
  const startedAt = performance.now();
  const { created } = await applyImport(ctx, { document, operations: "all" });
  const tookMs = Math.round(performance.now() - startedAt);
  clearInterval(timer);
  console.info(`1,000 operations were imported in ${tookMs} ms`);
  expect(created).toHaveLength(1_000);
  expect(ticks).toBeGreaterThan(10);
  expect((await getTool(ctx, String(created[1]))).parameters).toHaveProperty("$defs");
  const again = await applyImport(ctx, { document, operations: "all" });
  expect(again).toMatchObject({ created: [], updated: [], unchanged: 1_000 });
}, 120_000);
