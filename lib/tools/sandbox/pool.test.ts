import { afterEach, expect, test, vi } from "vitest";
import { Pool, type PoolSize, sizeOf } from "./pool.ts";
import { resultOf, runCode, type TestJob } from "./testing.ts";

// Its threads give way to whatever else the machine does.
vi.setConfig({ testTimeout: 60_000 });

const pools: Pool[] = [];

function openPool(size: Partial<PoolSize> = {}): Pool {
  const pool = new Pool({ ...sizeOf(2), ...size });
  pools.push(pool);
  return pool;
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

/** A host that answers when it is told to, and tells when it was asked. */
function slowHost() {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  let times = 0;
  const job: TestJob = {
    async answer() {
      times += 1;
      asked.resolve();
      await answer.promise;
      return { ok: true, json: '"later"' };
    },
  };
  return { job, times: () => times, asked: asked.promise, release: answer.resolve };
}

const ask = "return secrets.get('A')";

test("a value, a text, nothing and a TypeScript module each arrive as they are", async () => {
  const pool = openPool();
  const run = async (code: string) => resultOf(await runCode(pool, code, { args: { a: 1, b: 2 } }));
  expect(await run("return {sum: args.a + args.b}")).toEqual({ sum: 3 });
  expect(await run("return 'tea \\u0000 \\ud83c'")).toBe("tea \u0000 \ud83c");
  expect(await run("args.a")).toBeUndefined();
  const typed =
    "interface A { a: number }\nexport default async (args: A, ctx) => args.a as number;";
  expect(await run(typed)).toBe(1);
  expect(await run("export default function ({ b }) { return b }")).toBe(2);
});

test("an error names its line in the tenant's own code", async () => {
  const outcome = await runCode(openPool(), "const a = 1;\n\nreturn a.b.c;");
  expect(outcome).toMatchObject({
    failure: "code_failed",
    message: expect.stringMatching(/^The code failed at line 3: TypeError: /),
  });
});

test("what the code writes to its console is heard, in order, errors with their stack", async () => {
  const code =
    "console.log('a', { b: 1 }, 2); console.warn('\\u0000'); console.error(new Error('no'))";
  const { logs } = await runCode(openPool(), code);
  expect(logs).toEqual([
    { level: "info", text: 'a {"b":1} 2' },
    { level: "warning", text: "\u0000" },
    { level: "error", text: expect.stringContaining("Error: no\n    at") },
  ]);
});

test("one tenant's backlog does not keep another waiting", async () => {
  const pool = openPool();
  const loop = { limits: { cpuMs: 300 } };
  let left = 12;
  const flood = Array.from({ length: 12 }, () =>
    runCode(pool, "for (;;);", { tenantId: "loud", ...loop }).then((outcome) => {
      left -= 1;
      return outcome;
    }),
  );
  for (let call = 0; call < 3; call++) {
    expect(resultOf(await runCode(pool, "return 1", { tenantId: "quiet" }))).toBe(1);
  }
  // 3.6 s of processor time lay before them in one queue; one worker was theirs all along.
  expect(left).toBeGreaterThan(2);
  const outcomes = await Promise.all(flood);
  expect(outcomes.map((outcome) => "failure" in outcome && outcome.failure)).toEqual(
    Array(12).fill("sandbox_time"),
  );
});

test("a call that waits for its host leaves the workers to others, also of its tenant", async () => {
  const pool = openPool();
  const host = slowHost();
  const waiting = Array.from({ length: 6 }, () => runCode(pool, ask, host.job));
  await host.asked;
  expect(resultOf(await runCode(pool, "return 1"))).toBe(1);
  host.release();
  expect((await Promise.all(waiting)).map(resultOf)).toEqual(Array(6).fill("later"));
});

test("a tenant that has its share of threads waits, and another does not", async () => {
  const pool = openPool({ threads: 4 });
  const host = slowHost();
  const waiting = Array.from({ length: 5 }, () => runCode(pool, ask, host.job));
  await expect.poll(host.times, { timeout: 10_000 }).toBe(3);
  expect(resultOf(await runCode(pool, "return 1", { tenantId: "b" }))).toBe(1);
  const nested = await runCode(pool, "return 1", { isNested: true });
  expect(nested).toMatchObject({ failure: "busy" });
  host.release();
  expect((await Promise.all(waiting)).map(resultOf)).toEqual(Array(5).fill("later"));
});

test("past its queue a tenant is told to come again, and so is one that waits too long", async () => {
  const pool = openPool({ threads: 1, waitingPerTenant: 1, waitMs: 300 });
  const host = slowHost();
  const first = runCode(pool, ask, host.job);
  await host.asked;
  const second = runCode(pool, "return 1");
  expect(await runCode(pool, "return 1")).toMatchObject({ failure: "busy", cpuMs: 0 });
  expect(await second).toMatchObject({ failure: "busy" });
  host.release();
  expect(resultOf(await first)).toBe("later");
});

test.each([
  ["computing", "for (;;);"],
  ["waiting for its host", ask],
  ["lost in native code", "const a = []; a.length = 4e9; a.reverse()"],
])(
  "a call that is cancelled while %s ends at once, and its thread is free",
  async (_when, code) => {
    const pool = openPool({ workers: 1, threads: 1 });
    const cancel = new AbortController();
    const { job } = slowHost();
    let hostSignal: AbortSignal | undefined;
    const answer: TestJob["answer"] = (request, signal) => {
      hostSignal = signal;
      return job.answer?.(request, signal) ?? Promise.reject(new Error());
    };
    const outcome = runCode(pool, code, { answer, signal: cancel.signal });
    setTimeout(() => cancel.abort(), 500);
    expect(await outcome).toMatchObject({ failure: "cancelled" });
    expect(hostSignal?.aborted ?? true).toBe(true);
    expect(resultOf(await runCode(pool, "return 1"))).toBe(1);
  },
);

test("a call that is cancelled while it waits for a turn never runs", async () => {
  const pool = openPool({ threads: 1 });
  const host = slowHost();
  const first = runCode(pool, ask, host.job);
  await host.asked;
  const cancel = new AbortController();
  const second = runCode(pool, "return 1", { signal: cancel.signal });
  cancel.abort();
  expect(await second).toMatchObject({ failure: "cancelled", cpuMs: 0 });
  host.release();
  await first;
});

test("an error of the host is one that the code can catch", async () => {
  const answer = async () => ({
    ...{ ok: false, json: JSON.stringify({ name: "Error", message: "no", code: "not_found" }) },
  });
  const pool = openPool();
  const caught = "try { await secrets.get('A') } catch (e) { return [e.message, e.code] }";
  expect(resultOf(await runCode(pool, caught, { answer }))).toEqual(["no", "not_found"]);
  expect(await runCode(pool, ask, { answer })).toMatchObject({ hostCode: "not_found" });
});

test("threads start with the first call, end when they have been idle, and at the close", async () => {
  const pool = openPool({ idleMs: 0 });
  expect(pool.threads).toBe(0);
  await runCode(pool, "return 1");
  await expect.poll(() => pool.threads, { timeout: 10_000 }).toBe(0);
  const running = runCode(pool, "for (;;);");
  await expect.poll(() => pool.threads).toBe(1);
  await pool.close();
  expect(await running).toMatchObject({ failure: "code_failed" });
  expect(await runCode(pool, "return 1")).toMatchObject({ failure: "busy" });
});

test("processor time is told, of what failed too", async () => {
  const pool = openPool();
  const { cpuMs } = await runCode(pool, "for (;;);", { limits: { cpuMs: 200 } });
  expect(cpuMs).toBeGreaterThanOrEqual(150);
  const lost = "return 'a'.repeat(5e6).indexOf('a'.repeat(2e6) + 'b')";
  expect((await runCode(pool, lost, { limits: { cpuMs: 200 } })).cpuMs).toBeGreaterThan(150);
});
