import { expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listAudit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { putSecret } from "#lib/secrets/service.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import { checkUpstream, readUpstreamCatalog } from "./catalog.ts";
import { mostUpstreams, type PutUpstreamInput } from "./schema.ts";
import { deleteUpstream, getUpstream, listUpstreams, putUpstream } from "./service.ts";

useTestDatabase();

const http = (url = "https://up.example/mcp"): PutUpstreamInput => ({
  name: "Up",
  transport: { type: "http", url },
});
const text = (value: string): PutUpstreamInput => ({
  ...http(),
  auth: { type: "headers", headers: { "X-Plain": { text: value } } },
});

/** Every verb that names an upstream. */
const verbs: Record<string, (ctx: Ctx) => Promise<unknown>> = {
  getUpstream: (ctx) => getUpstream(ctx, "up"),
  deleteUpstream: (ctx) => deleteUpstream(ctx, "up"),
  checkUpstream: (ctx) => checkUpstream(ctx, "up"),
  readUpstreamCatalog: (ctx) => readUpstreamCatalog(ctx, "up"),
};

test("a registered upstream reads back, is replaced under its id and is gone when deleted", async () => {
  const ctx = await freshTenant();
  const made = await putUpstream(ctx, "up", http());
  expect(made).toMatchObject({ upstream_id: "up", prefix: "up", enabled: true });
  expect(made).toMatchObject({ expose_resources: false, expose_prompts: false });
  expect(await getUpstream(ctx, "up")).toEqual(made);
  await putUpstream(ctx, "up", { ...http("https://other.example/mcp"), enabled: false });
  const { items } = await listUpstreams(ctx, {});
  expect(items).toMatchObject([
    { enabled: false, transport: { url: "https://other.example/mcp" } },
  ]);
  await deleteUpstream(ctx, "up");
  expect((await listUpstreams(ctx, {})).items).toEqual([]);
});

test.each(Object.entries(verbs))(
  "%s answers a foreign upstream and a missing one alike",
  async (_name, verb) => {
    const owner = await freshTenant();
    await putUpstream(owner, "up", http());
    const stranger = await freshTenant();
    await expect(verb(stranger)).rejects.toMatchObject({ code: "not_found", status: 404 });
    expect((await getUpstream(owner, "up")).upstream_id).toBe("up");
    expect((await listUpstreams(stranger, {})).items).toEqual([]);
  },
);

test.each([
  ...Object.entries(verbs),
  ["putUpstream", (ctx: Ctx) => putUpstream(ctx, "up", http())] as const,
  ["listUpstreams", (ctx: Ctx) => listUpstreams(ctx, {})] as const,
])("%s is refused without its permission", async (_name, verb) => {
  const { tenantId } = await freshTenant();
  await expect(verb(tenantCtx(tenantId, ["tools:read"]))).rejects.toMatchObject({ status: 403 });
});

test("who may only read upstreams writes none, and sees no text of their headers", async () => {
  const ctx = await freshTenant();
  await putUpstream(ctx, "up", text("plain-credential"));
  const reader = tenantCtx(ctx.tenantId, ["upstreams:read"]);
  expect(JSON.stringify(await getUpstream(reader, "up"))).not.toContain("plain-credential");
  expect(JSON.stringify(await getUpstream(ctx, "up"))).toContain("plain-credential");
  for (const write of [
    () => putUpstream(reader, "up", http()),
    () => deleteUpstream(reader, "up"),
    () => checkUpstream(reader, "up"),
  ]) {
    await expect(write()).rejects.toMatchObject({ status: 403 });
  }
});

test("the audit log has each write, and no text of a header", async () => {
  const ctx = await freshTenant();
  await putUpstream(ctx, "up", text("plain-credential"));
  await putUpstream(ctx, "up", http());
  await deleteUpstream(ctx, "up");
  const { items } = await listAudit(ctx, {});
  const actions = items.map(({ action }) => action).filter((each) => each.startsWith("upstream."));
  expect(actions.sort()).toEqual(["upstream.create", "upstream.delete", "upstream.update"]);
  expect(JSON.stringify(items)).not.toContain("plain-credential");
});

test.each([
  ["/auth/secret", { ...http(), auth: { type: "bearer", secret: "TOKEN" } }],
  [
    "/auth/headers/X-Key",
    { ...http(), auth: { type: "headers", headers: { "X-Key": { secret: "TOKEN" } } } },
  ],
  [
    "/auth/client_secret",
    { ...http(), auth: { type: "oauth", scope: "tenant", client_id: "c", client_secret: "TOKEN" } },
  ],
] satisfies [string, PutUpstreamInput][])(
  "a secret that is for some tools alone is refused to an upstream, at %s",
  async (pointer, input) => {
    const ctx = await freshTenant();
    await putSecret(ctx, "TOKEN", { value: "a-value", allowed_tools: ["tool"] });
    await expect(putUpstream(ctx, "up", input)).rejects.toMatchObject({
      code: "invalid_request",
      errors: [{ pointer, message: expect.stringContaining("allowed_tools") }],
    });
    await putSecret(ctx, "TOKEN", { allowed_tools: null });
    await putUpstream(ctx, "up", input);
    // Restricted since: the upstream has it no longer.
    await putSecret(ctx, "TOKEN", { allowed_tools: [] });
    if (pointer === "/auth/client_secret") return;
    expect(JSON.stringify(await checkUpstream(ctx, "up"))).toContain("allowed_tools");
  },
);

test("a prefix that another upstream has is a conflict that points at it", async () => {
  const ctx = await freshTenant();
  await putUpstream(ctx, "one", { ...http(), prefix: "same" });
  await expect(putUpstream(ctx, "two", { ...http(), prefix: "same" })).rejects.toMatchObject({
    code: "conflict",
    errors: [{ pointer: "/prefix" }],
  });
  const other = await freshTenant();
  expect((await putUpstream(other, "two", { ...http(), prefix: "same" })).prefix).toBe("same");
});

test("a command that the operator did not allow is not registered", async () => {
  const ctx = await freshTenant();
  const transport = { type: "stdio" as const, command: "/bin/sh", args: ["-c", "true"] };
  await expect(putUpstream(ctx, "up", { name: "Up", transport })).rejects.toMatchObject({
    status: 400,
  });
  expect((await listUpstreams(ctx, {})).items).toEqual([]);
});

test("a tenant can have so many upstreams, also when they are registered at once", async () => {
  const ctx = await freshTenant();
  for (let made = 1; made < mostUpstreams; made++) await putUpstream(ctx, `up-${made}`, http());
  const outcomes = await Promise.allSettled(
    ["a", "b", "c"].map((id) => putUpstream(ctx, id, { ...http(), prefix: `last_${id}` })),
  );
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refused.map(({ reason }) => reason.code)).toEqual(["limit_exceeded", "limit_exceeded"]);
  expect((await putUpstream(ctx, "up-1", http())).upstream_id).toBe("up-1");
});
