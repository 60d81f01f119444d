import { expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listAudit } from "#lib/audit/service.ts";
import { AppError } from "#lib/core/errors.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import type { CreateDynamicToolInput, RegisterToolInput, ToolQuery } from "./schema.ts";
import { createDynamicTool, deleteTool, getTool, listTools, registerTool } from "./service.ts";

useTestDatabase();

const all: ToolQuery = { include_dynamic: true };

const search: RegisterToolInput = {
  tool_id: "search",
  name: "search",
  description: "Busca",
  config: { type: "http", implementation: "https://api.example.com/search" },
  parameters: { query: { type: "string", required: true } },
};

const dynamic = (name: string, rest: Partial<CreateDynamicToolInput> = {}) => ({
  ...{ name, description: "", parameters: {}, implementation: "internal:echo" },
  ...rest,
});

async function refusal(outcome: Promise<unknown>): Promise<AppError> {
  const error = await outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

test("a registered tool reads back as it was given, with its tenant and MCP name", async () => {
  const ctx = await freshTenant();
  const made = await registerTool(ctx, search);
  expect(made).toMatchObject({
    ...search,
    tenant_id: ctx.tenantId,
    mcp_name: "search",
    is_dynamic: false,
  });
  expect(await getTool(ctx, "search")).toEqual(made);
});

test("headers are shown to whoever may write the tool, and masked for those who may only read", async () => {
  const ctx = await freshTenant();
  const headers = { "X-Custom": "hush" };
  const made = await registerTool(ctx, { ...search, config: { ...search.config, headers } });
  expect(made.config.headers).toEqual(headers);
  expect((await getTool(ctx, "search")).config.headers).toEqual(headers);
  const reader = tenantCtx(ctx.tenantId, ["tools:read"]);
  const shown = await getTool(reader, "search");
  expect(shown.config).toEqual({ ...search.config, headers: { "X-Custom": "[secret]" } });
  expect((await listTools(reader, all)).items).toEqual([shown]);
});

test("a mask that is sent back is refused and overwrites nothing", async () => {
  const ctx = await freshTenant();
  const config = { ...search.config, headers: { "X-Custom": "hush" } };
  await registerTool(ctx, { ...search, config });
  const shown = await getTool(tenantCtx(ctx.tenantId, ["tools:read"]), "search");
  const error = await refusal(registerTool(ctx, { ...search, config: shown.config }));
  expect(error.code).toBe("invalid_request");
  expect(error.errors?.[0]?.pointer).toBe("/config/headers/X-Custom");
  expect((await getTool(ctx, "search")).config).toEqual(config);
});

test("registering again replaces the tool and keeps created_at", async () => {
  const ctx = await freshTenant();
  const first = await registerTool(ctx, search);
  const again = await registerTool(ctx, { tool_id: "search", name: "finder", is_dynamic: true });
  expect(again).toMatchObject({
    ...{ name: "finder", description: "", config: {}, parameters: {}, is_dynamic: true },
    created_at: first.created_at,
  });
  expect((await listTools(ctx, all)).items).toEqual([again]);
});

test("config and parameters keep any JSON, keys of ours or not", async () => {
  const ctx = await freshTenant();
  const config = JSON.parse('{"a\\u0000":null,"n":9007199254740991,"__proto__":{"x":[]},"é":{}}');
  await registerTool(ctx, { tool_id: "odd", name: "odd", config });
  expect(JSON.stringify((await getTool(ctx, "odd")).config)).toBe(JSON.stringify(config));
});

test("a dynamic tool gets an id of its own, and its implementation into config", async () => {
  const ctx = await freshTenant();
  const config = { method: "GET", retries: 1, headers: { accept: "text/plain" } };
  const made = await createDynamicTool(
    ctx,
    dynamic("analytics", { implementation: "https://api.example.com/a", config }),
  );
  expect(made).toMatchObject({
    tool_id: expect.stringMatching(/^tool_[0-9a-f]{32}$/),
    is_dynamic: true,
    config: { ...config, implementation: "https://api.example.com/a" },
  });
});

test("without config, a dynamic tool's config is its implementation alone", async () => {
  const ctx = await freshTenant();
  const made = await createDynamicTool(ctx, dynamic("code", { implementation: "return 1" }));
  expect(made.config).toEqual({ implementation: "return 1" });
});

test("a name that MCP clients already use is refused, by a new tool and by an update", async () => {
  const ctx = await freshTenant();
  await registerTool(ctx, search);
  const outcomes = [
    createDynamicTool(ctx, dynamic("search")),
    registerTool(ctx, { tool_id: "other", name: "search" }),
  ];
  for (const error of await Promise.all(outcomes.map(refusal))) {
    expect(error).toMatchObject({ code: "conflict", errors: [{ pointer: "/name" }] });
    expect(error.message).toContain('"search"');
  }
  expect((await listTools(ctx, all)).items).toHaveLength(1);
});

test("tools are listed by id, page by page, and filtered by kind and type", async () => {
  const ctx = await freshTenant();
  for (const at of [1, 2, 3, 4, 5]) {
    const config = { type: at % 2 === 0 ? "even" : "odd", note: "\u0000" };
    await registerTool(ctx, { tool_id: `t${at}`, name: `t${at}`, config, is_dynamic: at > 3 });
  }
  const ids = async (query: Partial<ToolQuery>) =>
    (await listTools(ctx, { ...all, ...query })).items.map(({ tool_id }) => tool_id);
  expect(await ids({})).toEqual(["t1", "t2", "t3", "t4", "t5"]);
  expect(await ids({ include_dynamic: false })).toEqual(["t1", "t2", "t3"]);
  expect(await ids({ tool_type: "even" })).toEqual(["t2", "t4"]);
  expect(await ids({ tool_type: "none" })).toEqual([]);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listTools(ctx, { ...all, limit: 1, tool_type: "odd", cursor });
    seen.push(...page.items.map(({ tool_id }) => tool_id));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  expect(seen).toEqual(["t1", "t3", "t5"]);
});

test("a deleted tool is gone, and deleting it again is a 404", async () => {
  const ctx = await freshTenant();
  await registerTool(ctx, search);
  await deleteTool(ctx, "search");
  expect((await refusal(getTool(ctx, "search"))).status).toBe(404);
  expect((await refusal(deleteTool(ctx, "search"))).status).toBe(404);
});

test("another tenant's tool is a 404 that tells nothing, and stays", async () => {
  const owner = await freshTenant();
  const other = await freshTenant();
  await registerTool(owner, search);
  const missing = (await refusal(getTool(other, "missing"))).message;
  const outcomes = [getTool(other, "search"), deleteTool(other, "search")];
  for (const error of await Promise.all(outcomes.map(refusal))) {
    expect(error.status).toBe(404);
    expect(error.message).toBe(missing.replace("missing", "search"));
  }
  expect((await listTools(other, all)).items).toEqual([]);
  const own = await registerTool(other, { ...search, description: "own" });
  expect(own.tenant_id).toBe(other.tenantId);
  expect((await getTool(owner, "search")).description).toBe("Busca");
});

test("ids that PostgreSQL cannot hold are missing ones", async () => {
  const ctx = await freshTenant();
  expect((await refusal(getTool(ctx, "a\0b"))).status).toBe(404);
  expect((await refusal(deleteTool(ctx, "\ud800"))).status).toBe(404);
});

test("each verb needs its scope", async () => {
  const { tenantId } = await freshTenant();
  const reader = tenantCtx(tenantId, ["tools:read"]);
  const writer = tenantCtx(tenantId, ["tools:write"]);
  const outcomes = [
    registerTool(reader, search),
    createDynamicTool(reader, dynamic("a")),
    deleteTool(reader, "search"),
    getTool(writer, "search"),
    listTools(writer, all),
  ];
  for (const { code } of await Promise.all(outcomes.map(refusal))) {
    expect(code).toBe("insufficient_scope");
  }
});

test("every change stands in the audit log, with no header that could be a credential", async () => {
  const ctx = await freshTenant();
  const config = { ...search.config, headers: { "X-Custom": "hush" }, api_key: "hush" };
  await registerTool(ctx, { ...search, config });
  await registerTool(ctx, { ...search, description: "new", config });
  await deleteTool(ctx, "search");
  const { items } = await listAudit(ctx, {});
  const ofTool = items.filter(({ target_type }) => target_type === "tool").reverse();
  expect(ofTool.map(({ action, target_id }) => [action, target_id])).toEqual([
    ["tool.create", "search"],
    ["tool.update", "search"],
    ["tool.delete", "search"],
  ]);
  expect(ofTool[1]).toMatchObject({
    before: { description: "Busca", config: { headers: { "X-Custom": "[secret]" } } },
    after: { description: "new" },
  });
  expect(JSON.stringify(ofTool)).not.toContain("hush");
});

test("with max_tools = 10, 50 creates at once leave exactly 10, and 40 errors that name the limit", async () => {
  const ctx = await freshTenant({ tool_limits: { max_tools: 10 } });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 50 }, (_, at) => createDynamicTool(ctx, dynamic(`tool_${at}`))),
  );
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refused).toHaveLength(40);
  for (const { reason } of refused) {
    expect(reason).toMatchObject({
      code: "limit_exceeded",
      status: 409,
      extra: { limit: "max_tools", value: 10 },
    });
  }
  expect((await listTools(ctx, all)).items).toHaveLength(10);
});

test("max_dynamic_tools counts dynamic tools alone, also when a tool becomes one", async () => {
  const ctx = await freshTenant({ tool_limits: { max_dynamic_tools: 1 } });
  await createDynamicTool(ctx, dynamic("first"));
  await registerTool(ctx, search);
  const limit = { code: "limit_exceeded", extra: { limit: "max_dynamic_tools", value: 1 } };
  expect(await refusal(createDynamicTool(ctx, dynamic("second")))).toMatchObject(limit);
  expect(await refusal(registerTool(ctx, { ...search, is_dynamic: true }))).toMatchObject(limit);
  expect((await getTool(ctx, "search")).is_dynamic).toBe(false);
});

test("the same tool registered many times at once is one tool", async () => {
  for (let round = 0; round < 10; round++) {
    const ctx = await freshTenant({ tool_limits: { max_tools: 1 } });
    const made = await Promise.all(
      Array.from({ length: 12 }, (_, at) => registerTool(ctx, { ...search, description: `${at}` })),
    );
    expect(new Set(made.map(({ created_at }) => created_at)).size).toBe(1);
    expect((await listTools(ctx, all)).items).toHaveLength(1);
  }
});

test("of tools created at once under one name, one is there and the others are conflicts", async () => {
  const ctx = await freshTenant();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 12 }, () => createDynamicTool(ctx, dynamic("same"))),
  );
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refused.map(({ reason }) => reason.code)).toEqual(new Array(11).fill("conflict"));
  expect((await listTools(ctx, all)).items).toHaveLength(1);
});

test.each([
  [{ ...search, tool_id: "register" }, "/tool_id"],
  [{ ...search, name: " " }, "/name"],
  [{ ...search, name: "a\u0007" }, "/name"],
  [{ ...search, description: "a\u0000" }, "/description"],
  [{ ...search, parameters: { query: "string" } }, "/parameters/query"],
  [{ ...search, parameters: { query: { type: "words" } } }, "/parameters/query/type"],
  [{ ...search, parameters: { type: "array" } }, "/parameters/type"],
  [{ ...search, config: { implementation: 5 } }, "/config/implementation"],
  [{ ...search, config: { implementation: "https://" } }, "/config/implementation"],
  [{ ...search, config: { implementation: "http://u:p@x.example" } }, "/config/implementation"],
  [{ ...search, config: { ...search.config, method: "TRACE" } }, "/config/method"],
  [{ ...search, config: { ...search.config, timeout_ms: 0 } }, "/config/timeout_ms"],
  [{ ...search, config: { ...search.config, retries: 1.5 } }, "/config/retries"],
  [{ ...search, config: { ...search.config, headers: { Host: "x" } } }, "/config/headers/Host"],
  [{ ...search, config: { ...search.config, headers: { a: "x\r\ny" } } }, "/config/headers/a"],
])("%j is refused, pointing at %s", async (input, pointer) => {
  const ctx = await freshTenant();
  const error = await refusal(registerTool(ctx, input as RegisterToolInput));
  expect(error.code).toBe("invalid_request");
  expect(error.errors?.map((each) => each.pointer)).toContain(pointer);
});

test("a mistake in a dynamic tool's config is pointed at where the caller wrote it", async () => {
  const ctx = await freshTenant();
  const implementation = "https://";
  const config = { method: "FETCH" };
  const error = await refusal(createDynamicTool(ctx, dynamic("a", { implementation, config })));
  expect(error.errors?.map(({ pointer }) => pointer).sort()).toEqual([
    "/config/method",
    "/implementation",
  ]);
});
