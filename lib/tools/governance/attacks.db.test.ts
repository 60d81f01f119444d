import { expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listAudit } from "#lib/audit/service.ts";
import { createKey } from "#lib/auth/keys.ts";
import type { Ctx, Principal } from "#lib/core/ctx.ts";
import type { Permission, TenantPermission } from "#lib/core/permissions.ts";
import { freshTenant, platformCtx, tenantCtx } from "#lib/testing/context.ts";
import { testTool } from "../bench/bench.ts";
import { saveAndPublishAll } from "../bulk.ts";
import { callTool } from "../calls/call.ts";
import { saveDraft } from "../revisions/drafts.ts";
import { archiveTool, publishRevision, unarchiveTool } from "../revisions/publish.ts";
import { change } from "../row.ts";
import { type CallToolResult, registerToolInput } from "../schema.ts";
import { deleteTool, registerTool } from "../service.ts";
import { getAccess } from "./access.ts";
import { decideApproval } from "./approvals.ts";
import { createGrantedKey, rotateGrantedKey } from "./granted-keys.ts";
import { putGrants } from "./grants.ts";
import { putPolicy } from "./policies.ts";
import { liftSwitch, listSwitches, setSwitch } from "./switches.ts";

useTestDatabase();

const config = { implementation: "internal:echo" };
const forbidden = { code: "forbidden" };
const scope = { code: "insufficient_scope" };

async function withTool(more: Record<string, unknown> = {}): Promise<Ctx> {
  const ctx = await freshTenant();
  await registerTool(ctx, { tool_id: "t1", name: "tool", config, ...more });
  return ctx;
}

const operatorOf = (ctx: Ctx): Ctx => ({ ...ctx, permissions: platformCtx().permissions });

function as(ctx: Ctx, principal: object, permissions?: readonly Permission[]): Ctx {
  const base = { type: "key", platform: false, agentId: null };
  const asked = tenantCtx(ctx.tenantId, permissions);
  return { ...asked, principal: { ...base, ...principal } as Principal };
}

function codeOf(result: CallToolResult): string {
  if (!result.isError) return "ok";
  return (result.structuredContent as { error: { code: string } }).error.code;
}

const call = async (ctx: Ctx, name = "tool", args = {}) =>
  codeOf(await callTool(ctx, { mcpName: name, arguments: args }));

test("what the operator stopped stays stopped, whatever the tenant makes of the tool", async () => {
  const ctx = await withTool();
  await setSwitch(operatorOf(ctx), { scope: "tool", target_id: "t1", reason: "abuse" });
  const again = (id: string, name: string) =>
    registerTool(ctx, { tool_id: id, name, config, description: "anew" });
  await deleteTool(ctx, "t1");
  await again("t1", "tool");
  expect(await call(ctx)).toBe("stopped");
  await again("t1", "renamed");
  expect(await call(ctx, "renamed")).toBe("stopped");
  // Another tool with the name that clients call.
  await again("t2", "tool");
  expect(await call(ctx)).toBe("stopped");
  expect(await getAccess(ctx, "t2")).toMatchObject({ you: { may_call: false } });
  await deleteTool(ctx, "t2");
  await again("t1", "tool");
  await archiveTool(ctx, "t1");
  await unarchiveTool(ctx, "t1");
  expect(await call(ctx)).toBe("stopped");
  await archiveTool(ctx, "t1");
  await saveDraft(ctx, "t1", { name: "tool", config, description: "a draft" });
  await publishRevision(ctx, "t1", {});
  expect(await call(ctx)).toBe("stopped");
  await deleteTool(ctx, "t1");
  const inputs = ["t1", "t3"].map((tool_id) =>
    registerToolInput.parse({ tool_id, name: tool_id === "t3" ? "tool" : tool_id, config }),
  );
  await change(ctx, (tx) => saveAndPublishAll(tx, ctx, inputs));
  expect([await call(ctx), await call(ctx, "t1")]).toEqual(["stopped", "stopped"]);
  const [standing] = (await listSwitches(ctx, {})).items;
  expect(standing).toMatchObject({ target_id: "t1", mcp_name: "tool", by_platform: true });
  const id = standing?.switch_id ?? "";
  await expect(liftSwitch(ctx, id)).rejects.toMatchObject(forbidden);
  await expect(
    setSwitch(ctx, { scope: "tool", target_id: "t1", reason: "mine" }),
  ).rejects.toMatchObject(forbidden);
  await liftSwitch(operatorOf(ctx), id);
  expect(await call(ctx)).toBe("ok");
});

test("a tool that the tenant itself stopped takes its switch along", async () => {
  const ctx = await withTool();
  await setSwitch(ctx, { scope: "tool", target_id: "t1", reason: "broken" });
  await registerTool(ctx, { tool_id: "t2", name: "other", config });
  await deleteTool(ctx, "t1");
  expect((await listSwitches(ctx, {})).items).toEqual([]);
});

const noGovern: readonly Permission[] = ["tools:read", "tools:write", "tools:call"];

test("a test of a tool is no way around its grants, its approval and its being disabled", async () => {
  const ctx = await withTool();
  const writer = () => as(ctx, { id: "key_writer" }, noGovern);
  const test = async (who: Ctx, input = {}) => (await testTool(who, "t1", input)).error;
  await putPolicy(ctx, "t1", { approval: "always" });
  expect(await test(writer())).toBe("approval_required");
  expect(await test(writer(), { definition: { name: "tool", config } })).toBe("approval_required");
  expect(await test(ctx)).toBeNull();
  await putPolicy(ctx, "t1", { approval: "never", enabled: false });
  expect(await test(writer())).toBe("tool_disabled");
  expect(await test(ctx)).toBeNull();
  await putPolicy(ctx, "t1", { enabled: true });
  await putGrants(ctx, "t1", { grants: [{ type: "key", id: "key_other" }] });
  await expect(test(writer())).rejects.toMatchObject(forbidden);
  await expect(test(ctx)).rejects.toMatchObject(forbidden);
  await expect(test(writer(), { definition: { name: "tool", config } })).rejects.toMatchObject(
    forbidden,
  );
  await putGrants(ctx, "t1", { grants: [{ type: "key", id: "key_writer" }] });
  expect(await test(writer())).toBeNull();
});

test("an approved test runs once, the very revision that was approved", async () => {
  const ctx = await withTool();
  const writer = () => as(ctx, { id: "key_writer" }, noGovern);
  await putPolicy(ctx, "t1", { approval: "always" });
  const first = await testTool(writer(), "t1", {});
  const asked = (first.result.structuredContent as { error: { approval_id: string } }).error;
  await decideApproval(as(ctx, { id: "key_boss" }), asked.approval_id, "approved", {});
  expect((await testTool(writer(), "t1", {})).error).toBeNull();
  expect((await testTool(writer(), "t1", {})).error).toBe("approval_required");
});

async function askedBy(ctx: Ctx, who: Ctx): Promise<string> {
  const { structuredContent } = await callTool(who, {
    mcpName: "tool",
    arguments: { by: JSON.stringify(who.principal), at: Math.random() },
  });
  expect(ctx.tenantId).toBe(who.tenantId);
  return (structuredContent as { error: { approval_id: string } }).error.approval_id;
}

test("nobody approves their own call by another key, an application or their own session", async () => {
  const ctx = await withTool();
  await putPolicy(ctx, "t1", { approval: "always" });
  const member = (id: string) => as(ctx, { type: "member", id, email: "m@x", role: "owner" });
  const app = (id: string, userId: string) =>
    as(ctx, { type: "client", id, clientId: "c", clientName: "C", userId });
  const keyBy = async (who: Ctx, agentId: string | null = null) => {
    const { key_id } = await createGrantedKey(who, { name: "k", agent_id: agentId });
    return as(ctx, { id: key_id, agentId });
  };
  const one = await keyBy(ctx);
  const madeByOne = await keyBy(one);
  const rotated = as(ctx, { id: (await rotateGrantedKey(ctx, one.principal.id, {})).key_id });
  const ofAnn = await keyBy(member("usr_ann"));
  const alsoOfAnn = await keyBy(member("usr_ann"));
  const throughApp = await keyBy(app("app_1", "usr_ann"));
  const agentOfAnn = await keyBy(member("usr_ann"), "robot");
  const unrelated = await keyBy(as(ctx, { type: "member", id: "usr_bob", email: "b@x" }));
  const own: [asker: Ctx, decider: Ctx][] = [
    [one, { ...one }],
    [one, madeByOne],
    [madeByOne, one],
    [one, rotated],
    [rotated, one],
    [rotated, madeByOne],
    [ofAnn, alsoOfAnn],
    [ofAnn, throughApp],
    [ofAnn, member("usr_ann")],
    [ofAnn, app("app_2", "usr_ann")],
    [member("usr_ann"), member("usr_ann")],
    [member("usr_ann"), app("app_1", "usr_ann")],
    [member("usr_ann"), ofAnn],
    [app("app_1", "usr_ann"), member("usr_ann")],
    [app("app_1", "usr_ann"), app("app_2", "usr_ann")],
    [agentOfAnn, alsoOfAnn],
    [agentOfAnn, app("app_1", "usr_ann")],
    [agentOfAnn, as(ctx, { id: "key_else", agentId: "robot" })],
  ];
  for (const [at, [asker, decider]] of own.entries()) {
    const id = await askedBy(ctx, { ...asker });
    const outcome = await decideApproval({ ...decider }, id, "approved", {}).catch((e) => e);
    expect([at, outcome]).toMatchObject([at, forbidden]);
  }
  const others: [asker: Ctx, decider: Ctx][] = [
    [one, ofAnn],
    [ofAnn, unrelated],
    [ofAnn, member("usr_bob")],
    [member("usr_ann"), unrelated],
    // A person decides on what the agent that they set up asks.
    [agentOfAnn, member("usr_ann")],
  ];
  for (const [asker, decider] of others) {
    const id = await askedBy(ctx, { ...asker });
    const { status } = await decideApproval({ ...decider }, id, "approved", {});
    expect(status).toBe("approved");
  }
});

test("the audit log tells the digest and size of a call's arguments, not what they are", async () => {
  const ctx = await withTool();
  await putPolicy(ctx, "t1", { approval: "always" });
  const result = await callTool(ctx, { mcpName: "tool", arguments: { salary: "private-figure" } });
  const { approval_id } = (result.structuredContent as { error: { approval_id: string } }).error;
  await decideApproval(as(ctx, { id: "key_boss" }), approval_id, "denied", {});
  const entries = (await listAudit(ctx, {})).items.filter(({ action }) =>
    action.startsWith("approval."),
  );
  expect(entries).toHaveLength(2);
  for (const { after } of entries) {
    expect(after).toMatchObject({
      arguments_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      arguments_bytes: 27,
    });
  }
  expect(JSON.stringify(entries)).not.toContain("private-figure");
});

test("a key with what tools are granted to is made by who may grant tools, or is that itself", async () => {
  const ctx = await withTool();
  const minter = as(ctx, { id: "key_minter" }, ["keys:write", "tools:call"]);
  const scopes: TenantPermission[] = ["tools:call"];
  const robot = { name: "robot", scopes, agent_id: "robot" };
  const granted = await createKey(ctx, { name: "granted", scopes });
  await createGrantedKey(minter, robot);
  await putGrants(ctx, "t1", {
    grants: [
      { type: "agent", id: "robot" },
      { type: "key", id: granted.key_id },
    ],
  });
  await expect(createGrantedKey(minter, robot)).rejects.toMatchObject(scope);
  await createGrantedKey(minter, { ...robot, agent_id: "another" });
  // Without the tools' part of the platform, nobody knows what is granted to whom.
  await expect(createKey(minter, { ...robot, agent_id: "another" })).rejects.toMatchObject(scope);
  await expect(rotateGrantedKey(minter, granted.key_id, {})).rejects.toMatchObject(scope);
  const { key_id } = await createGrantedKey(ctx, robot);
  await expect(rotateGrantedKey(minter, key_id, {})).rejects.toMatchObject(scope);
  const itself = as(ctx, { id: key_id, agentId: "robot" }, ["keys:write", "tools:call"]);
  await createGrantedKey(itself, robot);
  await expect(rotateGrantedKey(itself, granted.key_id, {})).rejects.toMatchObject(forbidden);
  const next = await rotateGrantedKey(itself, key_id, {});
  expect(await call(as(ctx, { id: next.key_id, agentId: "robot" }))).toBe("ok");
  await rotateGrantedKey(as(ctx, { id: "key_govern" }), granted.key_id, {});
});

test("a tool that comes round to itself is told so at once, not after its time to wait", async () => {
  const ctx = await freshTenant();
  const code = (name: string, next: string) =>
    registerTool(ctx, {
      ...{ tool_id: name, name },
      config: {
        implementation: `return (await tools.call("${next}", { n: args.n + 1 })).structuredContent`,
        limits: { wall_ms: 20_000 },
      },
    });
  for (const [name, next] of [
    ["alone", "alone"],
    ["a", "b"],
    ["b", "a"],
  ] as const) {
    await code(name, next);
  }
  for (const name of ["alone", "a", "b"]) {
    await putPolicy(ctx, name, { max_concurrent: 1, max_queue: 10, max_queue_ms: 60_000 });
  }
  for (const name of ["alone", "a"]) {
    const result = await callTool(ctx, { mcpName: name, arguments: { n: 0 } });
    const text = JSON.stringify(result);
    expect(text).toContain("busy");
    expect(text).toContain("holds such a slot");
  }
});

const binding: [string, (ctx: Ctx) => Promise<unknown>][] = [
  ["granted", (ctx) => putGrants(ctx, "t1", { grants: [{ type: "agent", id: "alice" }] })],
  ["bound to approval", (ctx) => putPolicy(ctx, "t1", { approval: "always" })],
  ["disabled", (ctx) => putPolicy(ctx, "t1", { enabled: false })],
  ["stopped", (ctx) => setSwitch(ctx, { scope: "tool", target_id: "t1", reason: "x" })],
];

test.each(binding)("a tool that is %s is not freed by deleting it", async (_, bind) => {
  const ctx = await withTool();
  const writer = as(ctx, { id: "key_w" }, ["tools:read", "tools:write", "tools:call"]);
  await bind(ctx);
  await expect(deleteTool(writer, "t1")).rejects.toMatchObject(scope);
  await deleteTool(ctx, "t1");
  await registerTool(writer, { tool_id: "free", name: "free", config });
  await deleteTool(writer, "free");
});
