import { afterEach, expect, test, vi } from "vitest";
import { createBreakers } from "./breaker.ts";

const breakers = createBreakers("test");
const refuse = (failures: number, seconds: number) => new Error(`open: ${failures}, ${seconds} s`);
const fail = () => Promise.reject(new Error("down"));
const run = (call: () => Promise<string>, key = "a") =>
  breakers.run(key, () => "failed", refuse, call).catch((error: Error) => error.message);

afterEach(() => {
  vi.useRealTimers();
  breakers.reset("a");
});

test("five failures in a row open it, and one probe after the pause tells whether it closes", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  for (let each = 0; each < 5; each++) expect(await run(fail)).toBe("down");
  expect(await run(async () => "up")).toBe("open: 5, 5 s");
  expect(await run(async () => "up", "b")).toBe("up");
  vi.advanceTimersByTime(5_001);
  const probe = Promise.withResolvers<string>();
  const probing = run(() => probe.promise);
  expect(await run(async () => "up")).toMatch(/^open: 5/);
  probe.reject(new Error("down"));
  expect(await probing).toBe("down");
  expect(await run(async () => "up")).toBe("open: 6, 10 s");
  vi.advanceTimersByTime(10_001);
  expect(await run(async () => "up")).toBe("up");
  expect(await run(async () => "up")).toBe("up");
});

test("answers that the caller does not like close it, and what tells nothing leaves it as it is", async () => {
  const judged = (verdict: "answered" | "unknown") =>
    breakers.run("a", () => verdict, refuse, fail).catch(() => undefined);
  for (const verdict of ["unknown", "answered"] as const) {
    for (let each = 0; each < 4; each++) await run(fail);
    await judged(verdict);
    const next = await run(fail);
    expect(next).toBe("down");
    const after = await run(async () => "up");
    expect(after).toBe(verdict === "unknown" ? "open: 5, 5 s" : "up");
    breakers.reset("a");
  }
});
