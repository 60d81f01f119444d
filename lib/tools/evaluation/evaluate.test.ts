import { afterAll, expect, test } from "vitest";
import { closeEvaluation, evaluate } from "./evaluate.ts";

afterAll(() => closeEvaluation());

const slow = { schema: JSON.stringify({ pattern: "^(a+)+$" }), role: "output" as const };
const backtracking = JSON.stringify(`${"a".repeat(40)}!`);
const quick = { schema: JSON.stringify({ type: "string" }), role: "output" as const };

test("a tenant with much that is slow makes no other wait for all of it", async () => {
  const order: string[] = [];
  const note = (name: string) => () => void order.push(name);
  const many = Array.from({ length: 6 }, () =>
    evaluate("greedy", "check", { ...slow, value: backtracking }).finally(note("greedy")),
  );
  const one = evaluate("other", "check", { ...quick, value: '"x"' }).then(note("other"));
  await Promise.allSettled([...many, one]);
  expect(order).toHaveLength(7);
  expect(order.indexOf("other")).toBeLessThan(6);
});

test("past its share of the queue a tenant is told to come again, and others are not", async () => {
  const ask = (tenant: string) => evaluate(tenant, "check", { ...quick, value: '"x"' });
  const outcomes = await Promise.allSettled(Array.from({ length: 300 }, () => ask("flood")));
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refused.length).toBeGreaterThan(100);
  expect(refused[0]).toMatchObject({ reason: { code: "rate_limited", retryAfterSeconds: 1 } });
  expect(await ask("calm")).toEqual({ errors: [] });
});

test("what fills the memory ends its thread, and the next evaluation has another", async () => {
  const grow = Array.from({ length: 30 }, () => "[@, @]").join(" | ");
  const value = JSON.stringify("x".repeat(100_000));
  const outcome = await evaluate("bomb", "select", { expression: `${grow} | to_string(@)`, value })
    .then(() => "answered")
    .catch((error: Error) => error.name);
  expect(["ToolError", "EvaluationOverrun"]).toContain(outcome);
  expect(await evaluate("bomb", "check", { ...quick, value: "1" })).toMatchObject({
    errors: [{ message: "must be string" }],
  });
});
