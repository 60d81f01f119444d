import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { UpstreamError } from "../errors.ts";
import { type Conversation, converse, type Line } from "./conversation.ts";

const question = {
  method: "elicitation/create",
  params: { message: "Who?", requestedSchema: { type: "object", properties: {} } },
} as const;

beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => vi.useRealTimers());

/** A call that ends when its line is cut, as the SDK's do. */
function started(silenceMs: number, work: (line: Line<number>) => Promise<unknown>) {
  let line: Line<number> | undefined;
  const call: Conversation<unknown, number> = converse(silenceMs, (given: Line<number>) => {
    line = given;
    const cut = new Promise<never>((_, reject) =>
      given.signal.addEventListener("abort", () => reject(given.signal.reason)),
    );
    return Promise.race([work(given), cut]);
  });
  return { call, line: line as Line<number> };
}

const never = new AbortController().signal;

test("a call is asked, answered and ended in rounds", async () => {
  const { call } = started(1_000, async ({ ask }) => [
    await ask(question, never),
    await ask(question, never),
  ]);
  expect(await call.next({})).toEqual({ asked: { "question-1": question } });
  expect(await call.next({})).toEqual({ asked: { "question-1": question } });
  const first = { action: "decline" };
  expect(await call.next({ answers: { "question-1": first } })).toEqual({
    asked: { "question-2": question },
  });
  const second = { action: "accept", content: {} };
  expect(await call.next({ answers: { "question-2": second } })).toEqual({
    answer: [first, second],
  });
  expect(await call.over).toBe(true);
});

test("a server that is silent ends the call, but not while it waits for an answer", async () => {
  const { call } = started(1_000, async ({ ask }) => {
    await ask(question, never);
    return new Promise(() => undefined);
  });
  await call.next({});
  await vi.advanceTimersByTimeAsync(60_000);
  const next = call.next({ answers: { "question-1": { action: "cancel" } } });
  next.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(1_000);
  await expect(next).rejects.toMatchObject({ code: "timed_out" });
  expect(await call.over).toBe(false);
});

test("progress shows that a server is at work", async () => {
  const { call, line } = started(1_000, () => new Promise(() => undefined));
  const seen: number[] = [];
  const next = call.next({ progress: (update) => void seen.push(update) });
  next.catch(() => undefined);
  for (let step = 0; step < 5; step++) {
    await vi.advanceTimersByTimeAsync(900);
    line.progress(step);
  }
  expect(seen).toEqual([0, 1, 2, 3, 4]);
  await vi.advanceTimersByTimeAsync(1_000);
  await expect(next).rejects.toMatchObject({ code: "timed_out" });
});

test("what is open when a call is ended is answered as by somebody who left", async () => {
  const answers: unknown[] = [];
  const { call } = started(1_000, async ({ ask }) => {
    answers.push(await ask(question, never));
    return new Promise(() => undefined);
  });
  const client = new AbortController();
  await call.next({ signal: client.signal });
  client.abort();
  expect(await call.over).toBe(false);
  expect(answers).toEqual([{ action: "cancel" }]);
  await expect(call.next({})).rejects.toMatchObject({ code: "cancelled" });
});

test("the tool's time limit is told from its client's leaving", async () => {
  const { call } = started(1_000, ({ ask }) => ask(question, never));
  const late = new DOMException("late", "TimeoutError");
  await call.next({ signal: AbortSignal.any([AbortSignal.abort(late)]) }).catch(() => undefined);
  await call.over;
  await expect(call.next({})).rejects.toMatchObject({ code: "timed_out" });
});

test("a question that the server takes back is asked no longer, and its answer is told", async () => {
  const taken = new AbortController();
  const { call } = started(1_000, async ({ ask }) => ask(question, taken.signal));
  await call.next({});
  taken.abort();
  expect(await call.over).toBe(true);
  expect(await call.next({ answers: { "question-1": { action: "accept" } } })).toEqual({
    answer: { action: "cancel" },
  });
});

test("sampling that nobody answers is an error for the server", async () => {
  const sampling = { method: "sampling/createMessage", params: { messages: [], maxTokens: 1 } };
  const told: unknown[] = [];
  const { call } = started(1_000, async ({ ask }) => {
    await ask(sampling as never, never).catch((error: unknown) => told.push(error));
  });
  await call.next({});
  call.end(new UpstreamError("cancelled", "left"));
  await call.over;
  expect(String(told[0])).toContain("no call under way");
});
