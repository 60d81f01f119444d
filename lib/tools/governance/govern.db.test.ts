import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listAudit } from "#lib/audit/service.ts";
import { createKey, rotateKey } from "#lib/auth/keys.ts";
import type { Ctx, Principal } from "#lib/core/ctx.ts";
import { putSecret } from "#lib/secrets/service.ts";
import { freshTenant, platformCtx, tenantCtx } from "#lib/testing/context.ts";
import { type Listening, listen } from "#lib/testing/deployment.ts";
import { reportUsage } from "#lib/usage/service.ts";
import { testTool } from "../bench/bench.ts";
import { callTool } from "../calls/call.ts";
import type { CallToolResult } from "../schema.ts";
import { deleteTool, getTool, listTools, registerTool } from "../service.ts";
import { getAccess } from "./access.ts";
import { decideApproval, getApproval, listApprovals } from "./approvals.ts";
import { deleteGrants, getGrants, putGrants } from "./grants.ts";
import { getPolicy, putPolicy } from "./policies.ts";
import { keptBytes } from "./results.ts";
import { liftSwitch, listSwitches, setSwitch } from "./switches.ts";
import { deleteLimit, listLimits, putLimit } from "./tool-limits.ts";

useTestDatabase();

/** A real endpoint that answers when the test lets it, and counts what runs at a time. */
let running = 0;
let most = 0;
let served = 0;
let gate: Promise<void> = Promise.resolve();
const endpoint = createServer((request, response) => {
  request.resume();
  request.on("end", async () => {
    running += 1;
    served += 1;
    most = Math.max(most, running);
    await gate;
    running -= 1;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ served }));
  });
});
let upstream: Listening;

beforeAll(async () => {
  upstream = await listen(endpoint);
});

afterAll(() => upstream.close());

async function withTool(more: Record<string, unknown> = {}): Promise<Ctx> {
  const ctx = await freshTenant({ egress_allow: ["127.0.0.1"] });
  const config = { implementation: upstream.url };
  await registerTool(ctx, { tool_id: "t1", name: "tool", config, ...more });
  return ctx;
}

const call = (ctx: Ctx, args = {}) => callTool(ctx, { mcpName: "tool", arguments: args });

/** A new request by another caller of the same tenant. */
function as(ctx: Ctx, principal: Partial<Principal> & { id: string }): Ctx {
  const base = { type: "key", platform: false, agentId: null } as const;
  return { ...tenantCtx(ctx.tenantId), principal: { ...base, ...principal } as Principal };
}

function errorOf(result: CallToolResult): Record<string, string> {
  expect(result.isError).toBe(true);
  return (result.structuredContent as { error: Record<string, string> }).error;
}

const missing = { code: "not_found" };
const limited = { code: "rate_limited" };

async function actions(ctx: Ctx): Promise<string[]> {
  return (await listAudit(ctx, {})).items.map(({ action }) => action).reverse();
}

test("a disabled tool says why to its callers, and runs again when it is enabled", async () => {
  const ctx = await withTool();
  await putPolicy(ctx, "t1", { enabled: false, disabled_reason: "under repair" });
  const before = served;
  const error = errorOf(await call(ctx));
  expect(error.code).toBe("tool_disabled");
  expect(error.message).toContain("under repair");
  expect(served).toBe(before);
  await putPolicy(ctx, "t1", { enabled: true });
  expect((await call(ctx)).isError).toBeUndefined();
  expect(await getPolicy(ctx, "t1")).toMatchObject({ enabled: true, disabled_reason: null });
  expect(await actions(ctx)).toEqual(expect.arrayContaining(["tool.disable", "tool.enable"]));
});

test("a kill switch stops a tool, an agent or the tenant, with its reason, until it is lifted", async () => {
  const ctx = await withTool();
  const agent = as(ctx, { id: "key_a", agentId: "robot" } as never);
  const other = as(ctx, { id: "key_b", agentId: "other" } as never);
  const switches = [
    [{ scope: "tool", target_id: "t1" }, [agent, other]],
    [{ scope: "agent", target_id: "robot" }, [agent]],
    [{ scope: "tenant" }, [agent, other]],
  ] as const;
  for (const [target, concerned] of switches) {
    const { switch_id } = await setSwitch(ctx, { ...target, reason: "an incident" });
    for (const caller of [agent, other]) {
      const result = await call(caller);
      if (!(concerned as readonly Ctx[]).includes(caller)) expect(result.isError).toBeUndefined();
      else expect(errorOf(result)).toMatchObject({ code: "stopped" });
    }
    expect((await listSwitches(ctx, {})).items).toMatchObject([
      { switch_id, reason: "an incident" },
    ]);
    await liftSwitch(ctx, switch_id);
    expect((await call(agent)).isError).toBeUndefined();
  }
  expect(await actions(ctx)).toEqual(
    expect.arrayContaining(["kill_switch.set", "kill_switch.lift"]),
  );
});

test("a switch that many set at a time is one switch, and all of them are told so", async () => {
  const ctx = await withTool();
  const set = () => setSwitch(ctx, { scope: "tenant", reason: "an incident" });
  const ids = (await Promise.all(Array.from({ length: 8 }, set))).map((each) => each.switch_id);
  expect(new Set(ids).size).toBe(1);
  expect((await listSwitches(ctx, {})).items).toHaveLength(1);
});

test("a test of a tool is stopped and limited like a call, and may try what is disabled", async () => {
  const ctx = await withTool();
  const tried = () => testTool(ctx, "t1", {});
  await putPolicy(ctx, "t1", { enabled: false });
  expect((await tried()).error).toBeNull();
  await putLimit(ctx, { tool_id: "t1", calls_per_day: 2 });
  const { switch_id } = await setSwitch(ctx, { scope: "tenant", reason: "an incident" });
  const before = served;
  expect((await tried()).error).toBe("stopped");
  const definition = { name: "tool", config: { implementation: upstream.url } };
  expect((await testTool(ctx, "t1", { definition })).error).toBe("stopped");
  expect(served).toBe(before);
  await liftSwitch(ctx, switch_id);
  for (let call = 0; call < 2; call++) expect((await tried()).error).toBeNull();
  await expect(tried()).rejects.toMatchObject(limited);
});

test("what the operator stopped, the tenant cannot let run again", async () => {
  const ctx = await withTool();
  const operator: Ctx = { ...ctx, permissions: platformCtx().permissions };
  const { switch_id } = await setSwitch(operator, { scope: "tenant", reason: "unpaid" });
  await expect(liftSwitch(ctx, switch_id)).rejects.toMatchObject({ code: "forbidden" });
  await expect(setSwitch(ctx, { scope: "tenant", reason: "x" })).rejects.toMatchObject({
    code: "forbidden",
  });
  expect(errorOf(await call(ctx)).code).toBe("stopped");
  await liftSwitch(operator, switch_id);
  expect((await call(ctx)).isError).toBeUndefined();
});

test("once anybody is granted a tool, it is there for nobody else, operators included", async () => {
  const ctx = await withTool();
  const [friend, stranger] = [as(ctx, { id: "key_friend" }), as(ctx, { id: "key_stranger" })];
  const reader = { ...stranger, permissions: new Set(["tools:read", "tools:call"] as const) };
  expect(await getGrants(ctx, "t1")).toMatchObject({ open_to: "tenant", grants: [] });
  await putGrants(ctx, "t1", { grants: [{ type: "key", id: "key_friend" }] });
  expect((await call(friend)).isError).toBeUndefined();
  await expect(call(stranger)).rejects.toMatchObject(missing);
  const operator = as(ctx, { type: "operator", id: "op_1", email: "o@x" } as never);
  await expect(call(operator)).rejects.toMatchObject(missing);
  await expect(getTool(reader, "t1")).rejects.toMatchObject(missing);
  await expect(getAccess(reader, "t1")).rejects.toMatchObject(missing);
  expect((await listTools(reader, { include_dynamic: true })).items).toEqual([]);
  // Whoever manages tools still sees it.
  expect((await listTools(ctx, { include_dynamic: true })).items).toHaveLength(1);
  await deleteGrants(ctx, "t1");
  expect((await call({ ...stranger })).isError).toBeUndefined();
  expect(await actions(ctx)).toEqual(expect.arrayContaining(["tool.grant", "tool.open"]));
});

test("a grant reaches agents, roles, persons, their applications and a rotated key's successor", async () => {
  const ctx = await withTool();
  const owner: Ctx = { ...ctx, permissions: platformCtx().permissions };
  const old = await createKey(owner, { name: "old" });
  const next = await rotateKey(owner, old.key_id, {});
  const may = async (grant: { type: never; id: string }, principal: unknown) => {
    await putGrants(ctx, "t1", { grants: [grant] });
    return call(as(ctx, principal as never)).then(
      () => true,
      () => false,
    );
  };
  const grant = (type: string, id: string) => ({ type: type as never, id });
  const member = { type: "member", id: "usr_1", email: "m@x", role: "developer" };
  const app = { type: "client", id: "app_1", clientId: "c", clientName: "C", userId: "usr_1" };
  expect(await may(grant("agent", "robot"), { id: "k", agentId: "robot" })).toBe(true);
  expect(await may(grant("agent", "robot"), { id: "k", agentId: "other" })).toBe(false);
  expect(await may(grant("role", "developer"), member)).toBe(true);
  expect(await may(grant("role", "viewer"), member)).toBe(false);
  expect(await may(grant("member", "usr_1"), member)).toBe(true);
  expect(await may(grant("member", "usr_1"), app)).toBe(true);
  expect(await may(grant("app", "app_1"), app)).toBe(true);
  expect(await may(grant("app", "app_2"), app)).toBe(false);
  expect(await may(grant("key", old.key_id), { id: next.key_id })).toBe(true);
  expect(await may(grant("key", next.key_id), { id: old.key_id })).toBe(false);
  expect(await may(grant("role", "operator"), { id: "pkey_1", platform: true })).toBe(true);
});

test("50 calls at a time against a daily limit of 10 leave exactly 10 that ran", async () => {
  const ctx = await withTool();
  const limit = await putLimit(ctx, { tool_id: "t1", calls_per_day: 10 });
  const before = served;
  const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => call(ctx)));
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refused).toHaveLength(40);
  expect(refused[0]).toMatchObject({ reason: { ...limited, extra: { limit: "calls_per_day" } } });
  expect(served - before).toBe(10);
  await putLimit(ctx, { tool_id: "t1", calls_per_day: 11 });
  expect((await call(ctx)).isError).toBeUndefined();
  await expect(call(ctx)).rejects.toMatchObject(limited);
  await deleteLimit(ctx, limit.limit_id);
  expect((await call(ctx)).isError).toBeUndefined();
});

test("what one daily limit refuses, no other counts", async () => {
  const ctx = await withTool();
  const robot = as(ctx, { id: "key_a", agentId: "robot" } as never);
  await putLimit(ctx, { agent_id: "robot", calls_per_day: 2 });
  await putLimit(ctx, { calls_per_day: 5 });
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => call(robot)));
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
  for (let count = 0; count < 3; count++) await call(ctx);
  await expect(call(ctx)).rejects.toMatchObject(limited);
});

test("a limit a minute holds for all together, for each caller, or for one agent", async () => {
  const ctx = await withTool();
  const [a, b] = [as(ctx, { id: "key_a" }), as(ctx, { id: "key_b" })];
  const each = await putLimit(ctx, { tool_id: "t1", agent_id: "*", calls_per_minute: 1 });
  await call(a);
  await expect(call(a)).rejects.toMatchObject({
    ...limited,
    retryAfterSeconds: expect.any(Number),
  });
  await call(b);
  await deleteLimit(ctx, each.limit_id);
  await putLimit(ctx, { calls_per_minute: 1 });
  await call(a);
  await expect(call(b)).rejects.toMatchObject(limited);
  expect((await listLimits(ctx, {})).items).toHaveLength(1);
});

test("a call that needs approval runs once, by who asked, as it was asked, after another's word", async () => {
  const ctx = await withTool({ parameters: { password: { type: "string" } } });
  await putPolicy(ctx, "t1", { approval: "always" });
  const [asker, boss] = [as(ctx, { id: "key_asker" }), as(ctx, { id: "key_boss" })];
  const args = { password: "hunter22", a: 1, b: 2 };
  const before = served;
  const asked = await Promise.all([call(asker, args), call(asker, args)]);
  const ids = asked.map((result) => errorOf(result).approval_id ?? "");
  expect(asked.map((result) => errorOf(result).code)).toEqual([
    "approval_required",
    "approval_required",
  ]);
  expect(new Set(ids).size).toBe(1);
  const id = ids[0] ?? "";
  const { items } = await listApprovals(boss, { status: "pending" });
  expect(items).toMatchObject([{ approval_id: id, mcp_name: "tool", arguments: { a: 1 } }]);
  expect(JSON.stringify(items)).not.toContain("hunter22");
  await expect(decideApproval(asker, id, "approved", {})).rejects.toMatchObject({
    code: "forbidden",
  });
  await decideApproval(boss, id, "approved", { note: "fine" });
  expect(errorOf(await call(asker, { ...args, a: 2 })).code).toBe("approval_required");
  expect(errorOf(await call(boss, args)).code).toBe("approval_required");
  const twice = await Promise.all(
    Array.from({ length: 8 }, () => call({ ...asker }, { b: 2, a: 1, password: "hunter22" })),
  );
  expect(twice.filter((result) => !result.isError)).toHaveLength(1);
  expect(served - before).toBe(1);
  expect(await getApproval(asker, id)).toMatchObject({ status: "used", note: "fine" });
  await expect(decideApproval(boss, id, "denied", {})).rejects.toMatchObject({ code: "conflict" });
  expect(await actions(ctx)).toEqual(
    expect.arrayContaining(["approval.request", "approval.approve", "approval.use"]),
  );
});

test("a request for approval that a code tool caused does not show the secrets it passed on", async () => {
  const ctx = await withTool();
  await putPolicy(ctx, "t1", { approval: "always" });
  await putSecret(ctx, "token", { value: "a-value-nobody-sees" });
  const implementation = `return tools.call("tool", { key: await secrets.get("token") })`;
  const config = { implementation, secrets: ["token"] };
  await registerTool(ctx, { tool_id: "outer", name: "outer", config });
  await callTool(ctx, { mcpName: "outer", arguments: {} });
  const { items } = await listApprovals(ctx, {});
  expect(items).toMatchObject([{ arguments: { key: "[secret]" } }]);
  expect(JSON.stringify((await listAudit(ctx, {})).items)).not.toContain("a-value-nobody-sees");
});

test("a denial is told to whoever asks again, and the operator may decide on their own call", async () => {
  const ctx = await withTool();
  await putPolicy(ctx, "t1", { approval: "always" });
  const operator = as(ctx, { type: "operator", id: "op_1", email: "o@x" } as never);
  const id = errorOf(await call(operator)).approval_id ?? "";
  await decideApproval(operator, id, "denied", { note: "not today" });
  const error = errorOf(await call(operator));
  expect(error).toMatchObject({ code: "approval_denied", approval_id: id });
  expect(error.message).toContain("not today");
});

test("a destructive tool alone needs approval where the policy says destructive", async () => {
  const ctx = await withTool();
  await putPolicy(ctx, "t1", { approval: "destructive" });
  expect((await call(ctx)).isError).toBeUndefined();
  const config = { implementation: upstream.url };
  const annotations = { destructiveHint: true };
  await registerTool(ctx, { tool_id: "t1", name: "tool", config, annotations });
  expect(errorOf(await call(ctx)).code).toBe("approval_required");
  expect(await getAccess(ctx, "t1")).toMatchObject({ needs_approval: true });
});

test("arguments that do not fit and a daily limit that is reached use no approval up", async () => {
  const ctx = await withTool({ parameters: { n: { type: "integer", required: true } } });
  await putPolicy(ctx, "t1", { approval: "always" });
  const limit = await putLimit(ctx, { tool_id: "t1", calls_per_day: 1 });
  const boss = as(ctx, { id: "key_boss" });
  expect(errorOf(await call(ctx, { n: "x" })).code).toBe("invalid_arguments");
  expect((await listApprovals(boss, {})).items).toEqual([]);
  const id = errorOf(await call(ctx, { n: 1 })).approval_id ?? "";
  await decideApproval(boss, id, "approved", {});
  // The day's only call was the one that did not fit.
  await expect(call(ctx, { n: 1 })).rejects.toMatchObject(limited);
  expect(await getApproval(ctx, id)).toMatchObject({ status: "approved" });
  await deleteLimit(ctx, limit.limit_id);
  expect((await call(ctx, { n: 1 })).isError).toBeUndefined();
});

test("a kept result serves the same arguments for its time, metered with the quantity 0", async () => {
  const ctx = await withTool();
  await putPolicy(ctx, "t1", { cache_ttl_seconds: 60 });
  const before = served;
  const first = await call(ctx, { a: 1, b: 2 });
  const hit = await call(ctx, { b: 2, a: 1 });
  expect(hit).toMatchObject({ ...first, _meta: { "tausestack/cache": "hit" } });
  expect(served - before).toBe(1);
  expect(keptBytes()).toBeGreaterThan(0);
  await call(ctx, { a: 2 });
  await call(as(ctx, { id: "key_other" }), { a: 1, b: 2 });
  expect(served - before).toBe(3);
  const { total } = await reportUsage(ctx, { kind: "tool_call" });
  expect(total).toMatchObject({ calls: 4, quantity: 3 });
  await putPolicy(ctx, "t1", { cache_scope: "tenant" });
  await call(ctx, { a: 1 });
  await call(as(ctx, { id: "key_other" }), { a: 1 });
  expect(served - before).toBe(4);
  await registerTool(ctx, {
    ...{ tool_id: "t1", name: "tool", description: "changed" },
    config: { implementation: upstream.url },
  });
  await call(ctx, { a: 1 });
  expect(served - before).toBe(5);
});

test("a kept result is for those alone who may call, and counts against their limits", async () => {
  const ctx = await withTool();
  await putPolicy(ctx, "t1", { cache_ttl_seconds: 60, cache_scope: "tenant" });
  await call(ctx);
  await putGrants(ctx, "t1", { grants: [{ type: "key", id: "key_test" }] });
  await expect(call(as(ctx, { id: "key_other" }))).rejects.toMatchObject(missing);
  await putLimit(ctx, { tool_id: "t1", calls_per_day: 1 });
  await call(ctx);
  await expect(call(ctx)).rejects.toMatchObject(limited);
});

test("errors are not kept", async () => {
  const ctx = await freshTenant();
  await registerTool(ctx, {
    tool_id: "t1",
    name: "tool",
    config: { implementation: upstream.url },
  });
  await putPolicy(ctx, "t1", { cache_ttl_seconds: 60 });
  for (let count = 0; count < 2; count++) {
    const result = await call(ctx);
    expect(errorOf(result).code).toBe("egress_blocked");
    expect(result._meta?.["tausestack/cache"]).toBeUndefined();
  }
});

test("ten calls at a time of a tool capped at 2 never run 3; what has no place to wait is 429", async () => {
  const ctx = await withTool();
  await putPolicy(ctx, "t1", { max_concurrent: 2, max_queue: 5, max_queue_ms: 10_000 });
  const opened = Promise.withResolvers<void>();
  gate = opened.promise;
  [most, running] = [0, 0];
  const calls = Array.from({ length: 10 }, () => call(ctx));
  const outcomes = Promise.allSettled(calls);
  await vi.waitFor(() => expect(running).toBe(2), { timeout: 5_000 });
  opened.resolve();
  gate = Promise.resolve();
  const settled = await outcomes;
  expect(most).toBe(2);
  expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(7);
  const refused = settled.filter((each) => each.status === "rejected");
  expect(refused).toHaveLength(3);
  for (const { reason } of refused) expect(reason).toMatchObject(limited);
  expect((await call(ctx)).isError).toBeUndefined();
});

test("a foreign tenant's tools, limits, switches and approvals are not there; readers change nothing", async () => {
  const [ctx, stranger] = [await withTool(), await freshTenant()];
  await putPolicy(ctx, "t1", { approval: "always" });
  const id = errorOf(await call(ctx)).approval_id ?? "";
  const { limit_id } = await putLimit(ctx, { calls_per_day: 9 });
  const { switch_id } = await setSwitch(ctx, { scope: "agent", target_id: "x", reason: "y" });
  const grants = [{ type: "key" as const, id: "k" }];
  const verbs: ((who: Ctx) => Promise<unknown>)[] = [
    (who) => putPolicy(who, "t1", { enabled: false }),
    (who) => putGrants(who, "t1", { grants }),
    (who) => deleteGrants(who, "t1"),
    (who) => putLimit(who, { tool_id: "t1", calls_per_day: 1 }),
    (who) => deleteLimit(who, limit_id),
    (who) => setSwitch(who, { scope: "tool", target_id: "t1", reason: "z" }),
    (who) => liftSwitch(who, switch_id),
    (who) => decideApproval(who, id, "approved", {}),
  ];
  const reads: ((who: Ctx) => Promise<unknown>)[] = [
    (who) => getPolicy(who, "t1"),
    (who) => getGrants(who, "t1"),
    (who) => getAccess(who, "t1"),
    (who) => getApproval(who, id),
  ];
  const reader = tenantCtx(ctx.tenantId, ["tools:read", "tools:call"]);
  for (const verb of [...verbs, ...reads])
    await expect(verb(stranger)).rejects.toMatchObject(missing);
  for (const verb of verbs) {
    await expect(verb(reader)).rejects.toMatchObject({ code: "insufficient_scope" });
  }
  for (const list of [listLimits, listSwitches, listApprovals]) {
    expect((await list(stranger, {})).items).toEqual([]);
  }
});

test("with a tool go its policy, grants, limits, switch and approvals", async () => {
  const ctx = await withTool();
  await putPolicy(ctx, "t1", { approval: "always" });
  await call(ctx);
  await putGrants(ctx, "t1", { grants: [{ type: "key", id: "key_test" }] });
  await putLimit(ctx, { tool_id: "t1", calls_per_day: 1 });
  await setSwitch(ctx, { scope: "tool", target_id: "t1", reason: "z" });
  await deleteTool(ctx, "t1");
  await registerTool(ctx, {
    tool_id: "t1",
    name: "tool",
    config: { implementation: "internal:echo" },
  });
  expect(await getAccess(ctx, "t1")).toMatchObject({
    ...{ open_to: "tenant", stopped: [], limits: [], needs_approval: false },
    policy: { approval: "never", enabled: true },
    you: { may_call: true },
  });
  expect((await listApprovals(ctx, {})).items).toEqual([]);
});
