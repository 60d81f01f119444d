import { sql } from "drizzle-orm";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { withTenant } from "#db/transaction.ts";
import { deleteTenant, setTenantStatus } from "#lib/admin/tenants.ts";
import { createKey, revokeKey } from "#lib/auth/keys.ts";
import { announceHere } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant, platformCtx } from "#lib/testing/context.ts";
import { handlers } from "#lib/tools/runtimes/handlers.ts";
import { deleteTool, registerTool } from "#lib/tools/service.ts";
import { beat, claimStale, drainTasks, startKeeper } from "./keeper.ts";
import { cancelTopic, owner, running } from "./running.ts";
import { getOwnTask } from "./service.ts";
import { startTask } from "./start.ts";

useTestDatabase();

let gates: { end: () => void; signal: AbortSignal }[] = [];

beforeAll(() => {
  handlers.set("gate", {
    about: "waits for the test",
    run: (_ctx, _args, { signal }) =>
      new Promise((resolve, reject) => {
        if (!signal) throw new Error("A task has a signal");
        const end = () => resolve({ content: [{ type: "text", text: "done" }] });
        gates.push({ signal, end });
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      }),
  });
});

afterEach(async () => {
  for (const { end } of gates) end();
  await Promise.all([...running.values()].map(({ done }) => done));
  gates = [];
});

/** A caller with a key of its own, in a tenant with a tool that may be repeated, or may not. */
async function maker(annotations: object = { idempotentHint: true }): Promise<Ctx> {
  const ctx = await freshTenant();
  const config = { implementation: "internal:gate" };
  await registerTool(ctx, { tool_id: "t1", name: "long", config, annotations });
  const { key_id } = await createKey(ctx, { name: "maker" });
  return { ...ctx, principal: { type: "key", id: key_id, platform: false, agentId: null } };
}

async function start(ctx: Ctx): Promise<string> {
  const count = gates.length;
  const call = { mcpName: "long", arguments: {}, capabilities: null };
  const started = await startTask(ctx, call);
  if (!("task" in started)) throw new Error("It asked before it began");
  await vi.waitFor(() => expect(gates.length).toBe(count + 1));
  return started.task.task_id;
}

async function set(ctx: Ctx, id: string, what: string): Promise<void> {
  await withTenant(ctx.tenantId, (tx) =>
    tx.execute(
      sql`update tasks set ${sql.raw(what)} where tenant_id = ${ctx.tenantId} and task_id = ${id}`,
    ),
  );
}

/** Starts a task and lets its process be gone, as far as the database knows. */
async function orphan(ctx: Ctx, heartbeat = "now() - interval '16 s'"): Promise<string> {
  const id = await start(ctx);
  await set(ctx, id, `owner = 'gone', heartbeat_at = ${heartbeat}`);
  await beat();
  await running.get(id)?.done;
  expect(running.has(id)).toBe(false);
  return id;
}

async function columns(ctx: Ctx, id: string) {
  const [row] = await withTenant(ctx.tenantId, (tx) =>
    tx.execute(sql`select owner, attempts, heartbeat_at > now() - interval '2 s' as alive
      from tasks where tenant_id = ${ctx.tenantId} and task_id = ${id}`),
  );
  return row;
}

test("a process says that its tasks are alive, and nobody takes them then", async () => {
  const ctx = await maker();
  const id = await start(ctx);
  await set(ctx, id, "heartbeat_at = now() - interval '10 s'");
  await beat();
  expect(await columns(ctx, id)).toMatchObject({ owner, attempts: 1, alive: true });
  expect(await claimStale()).toBe(0);
  expect(gates).toHaveLength(1);
});

test("a task that another process has taken over is ended here, and its answer dropped", async () => {
  const ctx = await maker();
  const id = await orphan(ctx, "now()");
  expect(gates[0]?.signal.aborted).toBe(true);
  expect(await getOwnTask(ctx, id)).toMatchObject({ status: "working", error: null });
  expect(await claimStale()).toBe(0);
});

test("a repeatable tool runs again when its process is gone, and once however many look", async () => {
  const ctx = await maker();
  const id = await orphan(ctx);
  const claimed = await Promise.all([claimStale(), claimStale(), claimStale()]);
  expect(claimed.reduce((sum, count) => sum + count)).toBe(1);
  await vi.waitFor(() => expect(gates).toHaveLength(2));
  expect(await columns(ctx, id)).toMatchObject({ owner, attempts: 2, alive: true });
  gates[1]?.end();
  await running.get(id)?.done;
  expect(await getOwnTask(ctx, id)).toMatchObject({ status: "completed" });
});

test("a tool that does not say that it may be repeated is not, and the error tells why", async () => {
  const ctx = await maker({});
  const id = await orphan(ctx);
  await claimStale();
  const { status, error } = await getOwnTask(ctx, id);
  expect([status, error?.code]).toEqual(["failed", "unavailable"]);
  expect(error?.detail).toContain("idempotentHint");
  expect(gates).toHaveLength(1);
});

test.each<[string, (ctx: Ctx, id: string) => Promise<unknown>]>([
  ["its tool is gone", (ctx) => deleteTool(ctx, "t1")],
  ["may not call tools now", (ctx) => revokeKey(ctx, ctx.principal.id)],
  ["is suspended", (ctx) => setTenantStatus(platformCtx(), ctx.tenantId, "suspended")],
  ["3 times", (ctx, id) => set(ctx, id, "attempts = 3")],
])("a task is not run again when %s", async (reason, change) => {
  const ctx = await maker();
  const id = await orphan(ctx);
  await change(ctx, id);
  await claimStale();
  const { status, error } = await getOwnTask(ctx, id);
  expect([status, error?.detail]).toEqual(["failed", expect.stringContaining(reason)]);
  expect(gates).toHaveLength(1);
});

test.each<Ctx["principal"]>([
  { type: "member", id: "user_gone", email: "gone@example.com", role: "developer" },
  { type: "client", id: "grant_gone", clientId: "c", clientName: "C", userId: "user_gone" },
  { type: "operator", id: "op_gone", email: "gone@example.com" },
])("a task of a $type that is gone is not run again", async (principal) => {
  const ctx = { ...(await maker()), principal };
  const id = await orphan(ctx);
  await claimStale();
  const { status, error } = await getOwnTask(ctx, id);
  expect([status, error?.detail]).toEqual(["failed", expect.stringContaining("may not call")]);
  expect(gates).toHaveLength(1);
});

test("the run of a tenant that is deleted ends", async () => {
  const ctx = await maker();
  await start(ctx);
  await deleteTenant(platformCtx(), ctx.tenantId);
  await beat();
  expect(gates[0]?.signal.aborted).toBe(true);
});

test("a cancellation in another process ends the run here", async () => {
  const stop = startKeeper();
  const ctx = await maker();
  const id = await start(ctx);
  announceHere({ topic: cancelTopic, key: id });
  expect(gates[0]?.signal.aborted).toBe(true);
  await stop(100);
});

test("a drain waits for what ends in time, and leaves the rest to another process at once", async () => {
  const ctx = await maker();
  const [quick, slow] = [await start(ctx), await start(ctx)];
  setTimeout(() => gates[0]?.end(), 50);
  await drainTasks(300);
  expect(await getOwnTask(ctx, quick)).toMatchObject({ status: "completed" });
  expect(gates[1]?.signal.aborted).toBe(true);
  expect(await getOwnTask(ctx, slow)).toMatchObject({ status: "working" });
  expect(await columns(ctx, slow)).toMatchObject({ owner: null, alive: false });
  expect(await claimStale()).toBe(1);
  await vi.waitFor(() => expect(gates).toHaveLength(3));
});
