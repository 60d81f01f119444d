import { createServer, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import {
  type Answer,
  anthropic,
  type ModelServer,
  openai,
  startModelServer,
  status,
  streamOf,
} from "#lib/providers/testing.ts";
import { listen } from "#lib/testing/deployment.ts";
import { type GatewayTenant, gatewayTenant, provider } from "./gateway-tenant.ts";

let first: ModelServer;
let second: ModelServer;
let tenant: GatewayTenant;

beforeAll(async () => {
  [first, second] = [await startModelServer(), await startModelServer()];
});

afterEach(() => {
  first.reset();
  second.reset();
});

afterAll(() => Promise.all([first.listening.close(), second.listening.close()]));

/** A tenant of its own for each test, since what a provider did is remembered by tenant. */
async function newGateway(route: object = {}): Promise<void> {
  tenant = await gatewayTenant([
    provider("one", "openai", first.listening.url),
    provider("two", "openai", second.listening.url),
    provider("an", "anthropic", second.listening.url),
  ]);
  const targets = [{ model: "one/m" }, { model: "two/m" }];
  const made = await tenant.call("PUT", "/ai-routes/both", {
    targets,
    timeout_ms: 2_000,
    ...route,
  });
  expect(made.status).toBe(200);
}

const hello = [{ role: "user" as const, content: "hello" }];

const streamed =
  (...pieces: string[]): Answer =>
  (response) => {
    const stream = streamOf.openai(response);
    stream.start();
    for (const piece of pieces) stream.text(piece);
    stream.end();
  };

async function ask(model: string, stream: boolean): Promise<string> {
  if (!stream) {
    const answer = await tenant.openai.chat.completions.create({ model, messages: hello });
    return answer.choices[0]?.message.content ?? "";
  }
  const chunks = await tenant.openai.chat.completions.create({ model, messages: hello, stream });
  let text = "";
  for await (const chunk of chunks) text += chunk.choices[0]?.delta.content ?? "";
  return text;
}

const sse =
  (text: string): Answer =>
  (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(text);
  };
const reset: Answer = (response) => void response.socket?.destroy();
const hang: Answer = () => undefined;

const faults: [name: string, code: string, whole: Answer, streams?: Answer][] = [
  ["hangs", "timed_out", hang],
  ["hangs up", "egress_unreachable", reset],
  ["is too busy", "provider_busy", status(429, { error: { message: "slow" } })],
  ["is overloaded", "provider_busy", status(529, { error: { message: "overloaded" } })],
  ["fails", "provider_failed", status(500, { error: { message: "oh" } })],
  ["gives no JSON", "provider_invalid_answer", (r) => void r.end('{"choices": [')],
  ["gives a page", "provider_invalid_answer", (r) => void r.end("<html>")],
  [
    "hangs up in the midst of its answer or before its first part",
    "egress_unreachable",
    (response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "999" });
      response.write("{", () => response.socket?.destroy());
    },
    (response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(": wait\n\n", () => response.socket?.destroy());
    },
  ],
  [
    "refuses within its answer",
    "provider_busy",
    status(503, { error: { message: "busy" } }),
    sse('data: {"error":{"type":"overloaded_error","message":"busy"}}\n\n'),
  ],
  [
    "says nothing but that it is there",
    "timed_out",
    hang,
    (response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const timer = setInterval(() => response.write(": ping\n\n"), 100);
      response.once("close", () => clearInterval(timer));
    },
  ],
];

for (const [name, code, whole, streams = whole] of faults) {
  test(`a provider that ${name} is passed over, and the next one serves the request`, async () => {
    await newGateway();
    for (const stream of [false, true]) {
      first.answers = [stream ? streams : whole];
      second.answers = [stream ? streamed("from ", "two") : openai("from two")];
      expect(await ask("both", stream)).toBe("from two");
      const events = (await tenant.ledger()).slice(-2);
      expect(events.map((each) => [each.provider, each.status, each.error_code])).toEqual([
        ["one", "error", code],
        ["two", "ok", ""],
      ]);
    }
  });
}

test("an answer says how many were asked, and a provider that nobody reaches is passed over", async () => {
  await newGateway();
  const gone = await listen(createServer());
  await gone.close();
  const providers = [
    provider("one", "openai", gone.url),
    provider("two", "openai", second.listening.url),
  ];
  tenant = await gatewayTenant(providers);
  await tenant.call("PUT", "/ai-routes/both", {
    targets: [{ model: "one/m" }, { model: "two/m" }],
  });
  second.answers = [openai("from two")];
  const { response } = await tenant.openai.chat.completions
    .create({ model: "both", messages: hello })
    .withResponse();
  expect(response.headers.get("x-tausestack-attempts")).toBe("2");
  expect(response.headers.get("x-tausestack-provider")).toBe("two");
});

test("a failover crosses dialects, and skips a model that the request cannot be put to", async () => {
  await newGateway({ targets: [{ model: "one/m" }, { model: "an/m" }] });
  first.answers = [status(500, {})];
  second.answers = [anthropic("from an")];
  expect(await ask("both", false)).toBe("from an");
  first.answers = [status(500, { error: { message: "oh" } })];
  const refused = tenant.openai.chat.completions.create({
    ...{ model: "both", messages: hello, logit_bias: { "5": 1 } },
  });
  await expect(refused).rejects.toMatchObject({ status: 500 });
});

test("a provider that failed five times in a row is not asked for a while", async () => {
  await newGateway();
  for (let each = 0; each < 6; each++) {
    first.answers = [status(500, {})];
    second.answers = [openai("from two")];
    expect(await ask("both", false)).toBe("from two");
  }
  expect(first.asked).toHaveLength(5);
  await expect(ask("one/m", false)).rejects.toMatchObject({
    status: 503,
    message: expect.stringContaining("5 times in a row"),
  });
});

test("a provider that asked for a pause is asked last until that is over", async () => {
  await newGateway();
  first.answers = [status(429, { error: { message: "slow" } }, { "retry-after": "30" })];
  second.answers = [openai("from two"), openai("from two again")];
  expect(await ask("both", false)).toBe("from two");
  expect(await ask("both", false)).toBe("from two again");
  expect(first.asked).toHaveLength(1);
});

test("a busy provider's Retry-After is waited for where it is short and there is no other", async () => {
  await newGateway();
  first.answers = [
    status(429, { error: { message: "slow" } }, { "retry-after": "1" }),
    openai("at last"),
  ];
  const startedAt = performance.now();
  expect(await ask("one/m", false)).toBe("at last");
  expect(performance.now() - startedAt).toBeGreaterThan(950);
  first.answers = [status(429, { error: { message: "slow" } }, { "retry-after": "60" })];
  const refused = await tenant.openai.chat.completions
    .create({ model: "one/m", messages: hello })
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({ status: 429 });
  expect((refused as { headers: Headers }).headers.get("retry-after")).toBe("60");
  expect(first.asked).toHaveLength(3);
});

test("what a provider says of a request is passed on; what it says of its key is not the caller's", async () => {
  await newGateway();
  const said = { error: { message: "no such thing", type: "invalid_request_error", param: "x" } };
  first.answers = [status(400, said)];
  await expect(ask("both", false)).rejects.toMatchObject({ status: 400, param: "x" });
  expect(second.asked).toHaveLength(0);
  second.answers = [status(400, { type: "error", error: { type: "x", message: "not so" } })];
  await expect(ask("an/m", false)).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining("not so"),
  });
  first.answers = [status(401, { error: { message: "wrong key provider-key-of-one" } })];
  const refused = await ask("one/m", false).catch((error: Error) => error);
  expect(refused).toMatchObject({ status: 502, code: "provider_refused" });
  expect(JSON.stringify(refused) + String(refused)).not.toContain("provider-key-of-one");
});

test("parts of a stream come as the provider gives them, not when it is over", async () => {
  await newGateway();
  let far: ReturnType<typeof streamOf.openai> | undefined;
  first.answers = [
    (response) => {
      far = streamOf.openai(response);
      far.start();
      far.text("one");
    },
  ];
  const chunks = await tenant.openai.chat.completions.create({
    ...{ model: "one/m", messages: hello, stream: true },
  });
  const texts: string[] = [];
  for await (const chunk of chunks) {
    const text = chunk.choices[0]?.delta.content;
    if (!text) continue;
    texts.push(text);
    if (text === "one") far?.text("two");
    else far?.end();
  }
  expect(texts).toEqual(["one", "two"]);
});

test("a stream that has begun may pause for longer than a model has to begin one", async () => {
  await newGateway({ timeout_ms: 1_000 });
  first.answers = [
    async (response) => {
      const far = streamOf.openai(response);
      far.start();
      far.text("one, ");
      await sleep(1_300);
      far.text("two");
      far.end();
    },
  ];
  expect(await ask("both", true)).toBe("one, two");
  expect(second.asked).toHaveLength(0);
});

const breaksOff: Answer = (response) => {
  const far = streamOf.openai(response);
  far.start();
  far.text("twelve chars");
  setTimeout(() => response.socket?.destroy(), 50);
};

test("a stream that breaks off ends with an error in the door's shape, and is in the ledger", async () => {
  await newGateway();
  first.answers = [breaksOff];
  await expect(ask("both", true)).rejects.toMatchObject({ code: "egress_unreachable" });
  first.answers = [breaksOff];
  const message = tenant.anthropic.messages
    .stream({ model: "one/m", max_tokens: 9, messages: hello })
    .finalMessage();
  await expect(message).rejects.toMatchObject({ type: "api_error" });
  expect(second.asked).toHaveLength(0);
  const broken = { status: "error", error_code: "egress_unreachable", estimated: true };
  expect(await tenant.ledger()).toMatchObject([
    { ...broken, name: "chat/completions", tokens_out: 3, tokens_in: expect.any(Number) },
    { ...broken, name: "messages", tokens_out: 3 },
  ]);
});

/** Begins an answer and tells when its client has left. */
function watched(begin: (response: ServerResponse) => void) {
  const left = Promise.withResolvers<void>();
  const answer: Answer = (response) => {
    response.once("close", () => left.resolve());
    begin(response);
  };
  return { answer, left: left.promise };
}

test("a client that leaves in the midst of a stream ends the provider's answer, which is in the ledger", async () => {
  await newGateway();
  const { answer, left } = watched((response) => {
    const far = streamOf.openai(response);
    far.start();
    far.text("twelve chars");
  });
  first.answers = [answer];
  const chunks = await tenant.openai.chat.completions.create({
    ...{ model: "one/m", messages: hello, stream: true },
  });
  for await (const chunk of chunks) {
    if (chunk.choices[0]?.delta.content) break;
  }
  await left;
  await vi.waitFor(async () => {
    expect(await tenant.ledger()).toMatchObject([
      { status: "error", error_code: "cancelled", tokens_out: 3, estimated: true },
    ]);
  }, 10_000);
});

test("a client that leaves before its answer ends the provider's work", async () => {
  await newGateway();
  const { answer, left } = watched(() => undefined);
  first.answers = [answer];
  const controller = new AbortController();
  const asked = tenant.openai.chat.completions
    .create({ model: "one/m", messages: hello }, { signal: controller.signal })
    .catch(() => undefined);
  await vi.waitFor(() => expect(first.asked).toHaveLength(1), 10_000);
  await sleep(50);
  controller.abort();
  await Promise.all([left, asked]);
  await vi.waitFor(async () => {
    expect(await tenant.ledger()).toMatchObject([{ status: "error", error_code: "cancelled" }]);
  }, 10_000);
});
