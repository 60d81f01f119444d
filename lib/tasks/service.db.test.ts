import { setTimeout as wait } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { database } from "#db/client.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { withTenant } from "#db/transaction.ts";
import { listAudit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { encodeCursor } from "#lib/core/page.ts";
import type { Permission } from "#lib/core/permissions.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import { handlers } from "#lib/tools/runtimes/handlers.ts";
import { registerTool } from "#lib/tools/service.ts";
import { reportUsage } from "#lib/usage/service.ts";
import { running } from "./running.ts";
import {
  cancelOwnTask,
  cancelTask,
  getOwnTask,
  getTask,
  listTasks,
  updateTask,
} from "./service.ts";
import { startTask } from "./start.ts";

useTestDatabase();

/** The runs of the gated tool, in their order: each ends when the test says so. */
let gates: { end: (text?: string) => void; fail: (error: Error) => void; signal: AbortSignal }[] =
  [];

beforeAll(() => {
  handlers.set("gate", {
    about: "waits for the test",
    run: (_ctx, _args, { signal, progress }) =>
      new Promise((resolve, reject) => {
        if (!signal) throw new Error("A task has a signal");
        void progress?.({ progress: 1, total: 3 });
        gates.push({
          signal,
          fail: reject,
          end: (text = "done") => resolve({ content: [{ type: "text", text }] }),
        });
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      }),
  });
  handlers.set("ask", {
    about: "asks for two names, then for one more",
    run: (_ctx, args, { inputResponses = {}, requestState }) => {
      const question = {
        method: "elicitation/create" as const,
        params: { message: "?", requestedSchema: { type: "object" as const, properties: {} } },
      };
      if (requestState === undefined) {
        return { inputRequests: { a: question, b: question }, state: { asked: 1 } };
      }
      if (requestState.asked === 1) {
        return { inputRequests: { a: question }, state: { asked: 2, first: inputResponses } };
      }
      const structuredContent = { args, first: requestState.first, second: inputResponses };
      return { content: [], structuredContent };
    },
  });
});

afterEach(async () => {
  for (const { end } of gates) end();
  gates = [];
  await Promise.all([...running.values()].map(({ done }) => done));
});

async function tenantWith(implementation: string, config = {}): Promise<Ctx> {
  const ctx = await freshTenant(config);
  await registerTool(ctx, {
    tool_id: "t1",
    name: "long",
    config: { implementation: `internal:${implementation}` },
  });
  return ctx;
}

async function start(ctx: Ctx, args = {}): Promise<string> {
  const started = await startTask(ctx, {
    ...{ mcpName: "long", arguments: args },
    capabilities: { elicitation: {} },
  });
  if (!("task" in started)) throw new Error("It asked before it began");
  return started.task.task_id;
}

/** Another principal of the tenant. */
function colleague(ctx: Ctx, permissions?: Permission[]): Ctx {
  const principal = { ...ctx.principal, id: "key_other" } as Ctx["principal"];
  return { ...tenantCtx(ctx.tenantId, permissions), principal };
}

const missing = { code: "not_found", status: 404 };
const settles = (ctx: Ctx, id: string, status: string) =>
  vi.waitFor(async () => {
    const task = await getOwnTask(ctx, id);
    expect(task.status).toBe(status);
    return task;
  });

test("a task is there before its tool has run, and has the result when it has", async () => {
  const ctx = await tenantWith("gate");
  const id = await start(ctx, { x: 1 });
  expect(await getOwnTask(ctx, id)).toMatchObject({
    ...{ task_id: id, status: "working", tool_id: "t1", mcp_name: "long", arguments: { x: 1 } },
    ...{ result: null, error: null, input_requests: null, ended_at: null },
  });
  await vi.waitFor(() => expect(gates).toHaveLength(1));
  gates[0]?.end("finished");
  const task = await settles(ctx, id, "completed");
  expect(task.result).toEqual({
    content: [{ type: "text", text: "finished" }],
    _meta: { "tausestack/revision": 1 },
  });
  expect(task).toMatchObject({ is_error: false, ended_at: expect.any(String) });
  const { total } = await reportUsage(ctx, { kind: "tool_call" });
  expect(total).toMatchObject({ calls: 1, errors: 0 });
});

test("what a tool tells of its progress is the task's message", async () => {
  const ctx = await tenantWith("gate");
  const id = await start(ctx);
  await vi.waitFor(
    async () => expect((await getOwnTask(ctx, id)).status_message).toBe("1 of 3"),
    3_000,
  );
});

test("a tool's own failure is a result, an error of ours is the task's and tells nothing", async () => {
  const ctx = await tenantWith("nowhere");
  const task = await settles(ctx, await start(ctx), "completed");
  expect(task).toMatchObject({ is_error: true, result: { isError: true } });

  const broken = await tenantWith("gate");
  const id = await start(broken);
  await vi.waitFor(() => expect(gates).toHaveLength(1));
  gates[0]?.fail(new Error("password is hunter2"));
  const failed = await settles(broken, id, "failed");
  expect(failed).toMatchObject({ result: null, error: { code: "internal" } });
  expect(JSON.stringify(failed)).not.toContain("hunter2");
});

test("a task waits for all answers, and runs on with them and with what it kept, round by round", async () => {
  const ctx = await tenantWith("ask");
  const id = await start(ctx, { x: 1 });
  const asking = await settles(ctx, id, "input_required");
  const keys = Object.keys(asking.input_requests ?? {});
  expect(keys).toEqual(["1-a", "1-b"]);
  expect(asking.input_requests?.["1-a"]).toMatchObject({ method: "elicitation/create" });

  await updateTask(ctx, id, { input_responses: { "1-a": { n: 1 }, nonsense: {}, a: { n: 9 } } });
  const half = await getOwnTask(ctx, id);
  expect([half.status, Object.keys(half.input_requests ?? {})]).toEqual([
    "input_required",
    ["1-b"],
  ]);
  await updateTask(ctx, id, { input_responses: { "1-b": { n: 2 } } });
  await vi.waitFor(async () =>
    expect(Object.keys((await getOwnTask(ctx, id)).input_requests ?? {})).toEqual(["2-a"]),
  );
  // An answer to the first round's question is none to the second's.
  await updateTask(ctx, id, { input_responses: { "1-a": { n: 3 } } });
  await updateTask(ctx, id, { input_responses: { "2-a": { n: 4 } } });
  const { result } = await settles(ctx, id, "completed");
  expect(result?.structuredContent).toEqual({
    ...{ args: { x: 1 }, first: { a: { n: 1 }, b: { n: 2 } }, second: { a: { n: 4 } } },
  });
  await updateTask(ctx, id, { input_responses: { "2-a": { n: 5 } } });
  expect((await getOwnTask(ctx, id)).status).toBe("completed");
});

test("a cancelled task stays so, its tool is told, and what it still answers is dropped", async () => {
  const ctx = await tenantWith("gate");
  const id = await start(ctx);
  await vi.waitFor(() => expect(gates).toHaveLength(1));
  await cancelOwnTask(ctx, id);
  expect(gates[0]?.signal.aborted).toBe(true);
  gates[0]?.end();
  await running.get(id)?.done;
  const task = await getOwnTask(ctx, id);
  expect(task).toMatchObject({ status: "cancelled", result: null, error: null });
  await cancelOwnTask(ctx, id);
  expect(await getOwnTask(ctx, id)).toEqual(task);
  expect((await listAudit(ctx, { action: "task.cancel" })).items).toEqual([]);
});

test("a task that waits for input is cancelled, and takes no answers then", async () => {
  const ctx = await tenantWith("ask");
  const id = await start(ctx);
  await settles(ctx, id, "input_required");
  await cancelOwnTask(ctx, id);
  await updateTask(ctx, id, { input_responses: { "1-a": {}, "1-b": {} } });
  expect(await getOwnTask(ctx, id)).toMatchObject({ status: "cancelled", input_requests: null });
});

test("to another principal of the tenant, as to another tenant, there is no such task", async () => {
  const ctx = await tenantWith("ask");
  const id = await start(ctx);
  await settles(ctx, id, "input_required");
  const answers = { input_responses: { "1-a": {}, "1-b": {} } };
  for (const caller of [colleague(ctx), await freshTenant()]) {
    await expect(getOwnTask(caller, id)).rejects.toMatchObject(missing);
    await expect(updateTask(caller, id, answers)).rejects.toMatchObject(missing);
    await expect(cancelOwnTask(caller, id)).rejects.toMatchObject(missing);
  }
  const foreign = await freshTenant();
  await expect(getTask(foreign, id)).rejects.toMatchObject(missing);
  await expect(cancelTask(foreign, id)).rejects.toMatchObject(missing);
  expect((await listTasks(foreign, {})).items).toEqual([]);
  for (const unknown of ["", "x", `${id}x`, "task_\0", `task_${"0".repeat(32)}`]) {
    await expect(getOwnTask(ctx, unknown)).rejects.toMatchObject(missing);
  }
  expect((await getOwnTask(ctx, id)).status).toBe("input_required");
});

test("those who may see what others did see a colleague's task; to cancel it they may change tools", async () => {
  const ctx = await tenantWith("gate");
  const id = await start(ctx, { secret: "s3cr3t" });
  const reader = colleague(ctx, ["tools:read", "tools:call"]);
  const { items } = await listTasks(reader, {});
  expect(items).toMatchObject([{ task_id: id, principal_id: "key_test" }]);
  expect(JSON.stringify(items)).not.toContain("s3cr3t");
  await expect(getTask(reader, id)).rejects.toMatchObject({ extra: { scope: "audit:read" } });
  await expect(cancelTask(reader, id)).rejects.toMatchObject({ extra: { scope: "tools:write" } });

  const chief = colleague(ctx);
  expect((await getTask(chief, id)).arguments).toEqual({ secret: "s3cr3t" });
  const cancelled = await cancelTask(chief, id);
  expect(cancelled).toMatchObject({
    ...{ status: "cancelled", status_message: "Cancelled by key key_other" },
  });
  expect((await listAudit(ctx, { action: "task.cancel" })).items).toMatchObject([
    {
      principal_id: "key_other",
      target_type: "task",
      target_id: id,
      before: { status: "working" },
      after: { status: "cancelled" },
    },
  ]);
});

test("each verb needs its scope", async () => {
  const ctx = await tenantWith("gate");
  const id = await start(ctx);
  const without = (permission: Permission) => {
    const permissions = new Set(ctx.permissions);
    permissions.delete(permission);
    return { ...ctx, permissions };
  };
  const needs = (scope: string) => ({ code: "insufficient_scope", extra: { scope } });
  const [callless, blind] = [without("tools:call"), without("tools:read")];
  await expect(start(callless)).rejects.toMatchObject(needs("tools:call"));
  await expect(getOwnTask(callless, id)).rejects.toMatchObject(needs("tools:call"));
  await expect(updateTask(callless, id, { input_responses: {} })).rejects.toMatchObject(
    needs("tools:call"),
  );
  await expect(cancelOwnTask(callless, id)).rejects.toMatchObject(needs("tools:call"));
  await expect(cancelTask(callless, id)).rejects.toMatchObject(needs("tools:call"));
  await expect(getTask(blind, id)).rejects.toMatchObject(needs("tools:read"));
  await expect(listTasks(blind, {})).rejects.toMatchObject(needs("tools:read"));
});

test("a tool that is not there is a 404, and leaves no task", async () => {
  const ctx = await freshTenant();
  await expect(start(ctx)).rejects.toMatchObject(missing);
  expect((await listTasks(ctx, {})).items).toEqual([]);
});

test("however many start at once, no more run than the tenant may have; an end makes room", async () => {
  const ctx = await tenantWith("gate", { mcp_config: { max_running_tasks: 3 } });
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => start(ctx)));
  const refused = outcomes.flatMap((outcome) =>
    outcome.status === "rejected" ? [outcome.reason] : [],
  );
  expect(refused).toHaveLength(7);
  expect(refused[0]).toMatchObject({
    ...{ code: "limit_exceeded", extra: { limit: "max_running_tasks", value: 3 } },
    message: expect.stringContaining("max_running_tasks is 3"),
  });
  await vi.waitFor(() => expect(gates).toHaveLength(3));
  const [first] = (await listTasks(ctx, { status: "working" })).items;
  await cancelOwnTask(ctx, first?.task_id ?? "");
  await start(ctx);
  await expect(start(ctx)).rejects.toMatchObject({ code: "limit_exceeded" });
});

test("tasks are listed with the newest first, by page, status and tool", async () => {
  const ctx = await tenantWith("gate");
  const ids: string[] = [];
  for (let count = 0; count < 5; count++) {
    ids.unshift(await start(ctx));
    await wait(2);
  }
  const first = await listTasks(ctx, { limit: 2 });
  const second = await listTasks(ctx, { limit: 2, cursor: first.next ?? "" });
  const third = await listTasks(ctx, { limit: 2, cursor: second.next ?? "" });
  const seen = [first, second, third].flatMap(({ items }) => items.map((task) => task.task_id));
  expect(seen).toEqual(ids);
  expect(third.next).toBeNull();
  await cancelOwnTask(ctx, ids[0] ?? "");
  expect((await listTasks(ctx, { status: "cancelled" })).items).toHaveLength(1);
  expect((await listTasks(ctx, { search: "LON" })).items).toHaveLength(5);
  expect((await listTasks(ctx, { search: ids[1] })).items).toMatchObject([{ task_id: ids[1] }]);
  expect((await listTasks(ctx, { search: "short" })).items).toEqual([]);
  for (const cursor of ["x", encodeCursor("yesterday", "x")]) {
    await expect(listTasks(ctx, { cursor })).rejects.toMatchObject({ code: "invalid_request" });
  }
});

test("a task past its time is gone, whether it has been removed yet or not", async () => {
  const { removeExpiredTasks } = await import("./expiry.ts");
  const ctx = await tenantWith("gate");
  const [id, kept] = [await start(ctx), await start(ctx)];
  await withTenant(ctx.tenantId, (tx) =>
    tx.execute(sql`update tasks set expires_at = now() - interval '1 s'
      where tenant_id = ${ctx.tenantId} and task_id = ${id}`),
  );
  await expect(getOwnTask(ctx, id)).rejects.toMatchObject(missing);
  expect((await listTasks(ctx, {})).items).toMatchObject([{ task_id: kept }]);
  await removeExpiredTasks();
  const rows = await database().owner`select task_id from tasks where task_id in (${id}, ${kept})`;
  expect(rows.map((row) => row.task_id)).toEqual([kept]);
});
