import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { tenantCtx } from "#lib/testing/context.ts";
import { converse } from "./conversation.ts";
import { countParked, park, takeUp } from "./parked.ts";

beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => vi.useRealTimers());

const ctx = tenantCtx("parked");
const call = { upstreamId: "up", name: "ask", arguments: { a: 1 } };
const question = { method: "elicitation/create", params: { message: "Who?" } } as never;

async function asking() {
  const answers: unknown[] = [];
  const conversation = converse(1_000, async ({ ask, signal }) => {
    answers.push(await ask(question, new AbortController().signal));
    return new Promise((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason)),
    );
  });
  await conversation.next({});
  return { conversation, answers };
}

test("a call waits five minutes for its answers: then it is answered for, and cancelled", async () => {
  const { conversation, answers } = await asking();
  const ticket = park(ctx, call, conversation);
  await vi.advanceTimersByTimeAsync(299_000);
  expect(countParked(ctx.tenantId)).toBe(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await conversation.over).toBe(false);
  expect(answers).toEqual([{ action: "cancel" }]);
  expect(countParked(ctx.tenantId)).toBe(0);
  expect(() => takeUp(ctx, call, ticket)).toThrow("Call the tool again");
});

test("it is taken up once, by its own caller with its own arguments, in its own process", async () => {
  const { conversation } = await asking();
  const ticket = park(ctx, call, conversation);
  const others = [
    () => takeUp(tenantCtx("other"), call, ticket),
    () => takeUp({ ...ctx, principal: { type: "system", id: "x" } }, call, ticket),
    () => takeUp(ctx, { ...call, arguments: { a: 2 } }, ticket),
    () => takeUp(ctx, { ...call, name: "other" }, ticket),
    () => takeUp(ctx, call, { ...ticket, id: "x" }),
  ];
  for (const other of others) expect(other).toThrow("Call the tool again");
  const elsewhere = () => takeUp(ctx, call, { ...ticket, process: "another" });
  expect(elsewhere).toThrow("in another process");
  expect(takeUp(ctx, call, ticket)).toBe(conversation);
  expect(() => takeUp(ctx, call, ticket)).toThrow("Call the tool again");
});
