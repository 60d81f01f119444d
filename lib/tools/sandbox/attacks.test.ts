import { afterAll, describe, expect, test } from "vitest";
import { Pool, sizeOf } from "./pool.ts";
import { resultOf, runCode, type TestJob } from "./testing.ts";

const pool = new Pool(sizeOf(2));
afterAll(() => pool.close());

const quick = { limits: { cpuMs: 300 } };
const soon = { limits: { wallMs: 1_000 } };
const never = () => new Promise<never>(() => undefined);

/** Each in its own words, with the reason that its caller is told. */
const attacks: [name: string, code: string, failure: string, job?: TestJob][] = [
  ["a busy loop", "for (;;);", "sandbox_time", quick],
  [
    "a busy loop that catches everything",
    "for (;;) try { for (;;); } catch {}",
    "sandbox_time",
    quick,
  ],
  ["a busy loop in a finally", "try { for (;;); } finally { for (;;); }", "sandbox_time", quick],
  [
    "a busy loop while the module loads",
    "for (;;);\nexport default () => 1",
    "sandbox_time",
    quick,
  ],
  [
    "an endless microtask loop",
    "const f = () => Promise.resolve().then(f); await f();",
    "sandbox_time",
    quick,
  ],
  [
    "a microtask loop that fills memory",
    "const a = []; const f = () => (a.push(new Array(1000).fill(1)), Promise.resolve().then(f)); await f();",
    "sandbox_memory",
  ],
  [
    "a regular expression that backtracks",
    "return /(a+)+$/.test('a'.repeat(40) + 'b')",
    "sandbox_time",
    quick,
  ],
  [
    "a getter that loops while the result is shown",
    "return { get x() { for (;;); } }",
    "sandbox_time",
    quick,
  ],
  ["a toJSON that loops", "return { toJSON() { for (;;); } }", "sandbox_time", quick],
  ["a thenable that loops", "return { then() { for (;;); } }", "sandbox_time", quick],
  [
    "an iterator that never ends",
    "return [...{ *[Symbol.iterator]() { for (;;) yield 1; } }]",
    "sandbox_memory",
  ],
  [
    "a search within native code",
    "return 'a'.repeat(5e6).indexOf('a'.repeat(2e6) + 'b')",
    "sandbox_time",
    quick,
  ],
  [
    "an array of four billion elements",
    "const a = []; a.length = 4e9; a.reverse()",
    "sandbox_time",
    quick,
  ],
  [
    "a list that grows for ever",
    "const a = []; for (;;) a.push(new Array(1000).fill(a.length))",
    "sandbox_memory",
  ],
  [
    "an allocation beyond the limit",
    "return new ArrayBuffer(2 ** 30).byteLength",
    "sandbox_memory",
  ],
  ["a giant string", "return 'x'.repeat(2 ** 29).length", "sandbox_memory"],
  [
    "a text whose every part is kept",
    "const a = []; let s = 'x'; for (;;) { s += s.slice(0, 1e5) + 'y'; a.push(s.split('').join('z')); }",
    "sandbox_memory",
  ],
  ["a recursion without end", "const f = () => f() + 1; return f()", "sandbox_stack"],
  [
    "a recursion through native code",
    "const f = () => [1, 2].sort(f); return f()",
    "sandbox_stack",
  ],
  [
    "a recursion through JSON",
    "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a",
    "sandbox_stack",
  ],
  ["JSON that nests deep", "return JSON.parse('['.repeat(1e5))", "sandbox_stack"],
  [
    "an eval of deep brackets",
    "return eval('('.repeat(5e4) + '1' + ')'.repeat(5e4))",
    "sandbox_stack",
  ],
  [
    "proxies upon proxies",
    "let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); return p.x",
    "sandbox_stack",
  ],
  ["a promise that never settles", "await new Promise(() => {})", "code_failed"],
  [
    "a request that is never answered",
    "await secrets.get('A')",
    "sandbox_time",
    { ...soon, answer: never },
  ],
  ["a result beyond the limit", "return 'x'.repeat(1e6)", "sandbox_output"],
  ["a result that is long in bytes alone", "return '€'.repeat(30000)", "sandbox_output"],
  ["a log without end", "for (;;) console.log('x')", "sandbox_output"],
  [
    "a log that catches its end",
    "for (;;) try { console.log('x'.repeat(1000)) } catch {}",
    "sandbox_output",
  ],
  [
    "an error whose message throws",
    "throw { get message() { throw 1 } , toString() { throw 2 } }",
    "code_failed",
  ],
  ["an error that is null", "throw null", "code_failed"],
  [
    "an error whose stack is made up",
    "const e = new Error('x'); e.stack = { toString() { for (;;); } }; throw e",
    "sandbox_time",
    quick,
  ],
  ["a result that refers to itself", "const a = {}; a.a = a; return a", "code_failed"],
  ["a BigInt", "return 1n", "code_failed"],
  ["a dynamic import", "return import('node:fs')", "code_failed"],
  ["requests without end", "for (;;) memory.get('a')", "code_failed"],
];

describe("each ends its own call, with its reason, and the next call goes on", () => {
  test.each(attacks)("%s", { timeout: 60_000 }, async (_name, code, failure, job) => {
    const outcome = await runCode(pool, code, job);
    expect(outcome).toMatchObject({ failure, message: expect.stringMatching(/\w/) });
    expect(resultOf(await runCode(pool, "return args.a + 1", { args: { a: 1 } }))).toBe(2);
  });
});

const reach = [
  ...["process", "require", "module", "global", "globalThis.process", "Deno", "Buffer"],
  ...["setTimeout", "setInterval", "WebAssembly", "SharedArrayBuffer", "Atomics", "std", "os"],
  ...["XMLHttpRequest", "Worker", "navigator", "host", "guest", "bjson", "scriptArgs", "print"],
];

test.each(reach)("there is no %s", async (name) => {
  expect(resultOf(await runCode(pool, `return typeof ${name}`))).toBe("undefined");
});

test("no constructor leads out of the guest", async () => {
  const code = `const found = [];
    for (const from of [fetch, console.log, secrets.get, args, ctx, Promise.resolve(), async () => {}]) {
      const make = from.constructor.constructor ?? from.constructor;
      try { found.push(make("return typeof process + typeof require + typeof globalThis.fetch")()); } catch (e) { found.push(String(e)); }
    }
    return found.filter((each) => each !== "undefinedundefinedfunction" && typeof each === "string");`;
  expect(resultOf(await runCode(pool, code))).toEqual([]);
});

test("what a call breaks in the built-ins is whole again in the next call of its tenant", async () => {
  const breakAll = `Object.prototype.polluted = 1; Array.prototype.push = () => 7; globalThis.left = 1;
    JSON.stringify = () => "broken"; Promise.prototype.then = null; Object.freeze = null;
    String.prototype.length2 = 1; delete globalThis.Map; return 1`;
  await runCode(pool, breakAll);
  const look = `return [({}).polluted, [].push(1), typeof left, JSON.stringify(1), typeof Map,
    typeof Object.freeze, "x".length2]`;
  expect(resultOf(await runCode(pool, look))).toEqual([
    ...[null, 1, "undefined", "1", "function", "function", null],
  ]);
});

test("what a call leaves behind is not there for another tenant on the same thread", async () => {
  const single = new Pool({ ...sizeOf(1), threads: 1 });
  const leave = `globalThis.left = args.secret; Object.prototype.left2 = args.secret;
    Symbol.for("left"); memory.kept = 1; return 1`;
  await runCode(single, leave, { args: { secret: "of a" } });
  const look = `return [typeof left, ({}).left2, Object.keys(globalThis).includes("left"),
    JSON.stringify([args, ctx]).includes("of a")]`;
  const found = await runCode(single, look, { tenantId: "b" });
  expect(resultOf(found)).toEqual(["undefined", null, false, false]);
  expect(single.threads).toBe(1);
  await single.close();
});

test("a result with __proto__ changes nothing of ours", async () => {
  const code = `return JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}')`;
  const outcome = await runCode(pool, code);
  expect(Object.keys(resultOf(outcome) as object)).toEqual(["__proto__", "constructor"]);
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

test("an error is told in some thousand characters, however long it is", async () => {
  for (const code of [
    "throw new Error('x'.repeat(1e6))",
    "throw new Error('x'.repeat(1e6));\nexport default 1",
    "const e = new Error('x'); e.name = 'n'.repeat(1e6); throw e",
  ]) {
    const outcome = await runCode(pool, code);
    expect(JSON.stringify(outcome).length).toBeLessThan(20_000);
    expect(outcome).toMatchObject({ failure: "code_failed" });
  }
});
