import { createServer, type ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { type Listening, listen } from "#lib/testing/deployment.ts";
import type { TestServer } from "../start-server.ts";
import { type NewTenant, newTenant } from "./client.ts";
import { clientsOf } from "./gateway-tenant.ts";
import { useServerPair } from "./server-pair.ts";

const pair = useServerPair({
  TAUSESTACK_EGRESS_ALLOW: "127.0.0.1",
  TAUSESTACK_BUDGET_GRACE_SECONDS: "1",
});

const price = { input_micros: 1_000_001, output_micros: 7_000_003 };
const maxTokens = 40;
const messages = [{ role: "user" as const, content: "Tell me something." }];

interface Far extends Listening {
  chargedMicros(): number;
  /** Streams that begin now never end. */
  holdStreams(isHeld: boolean): void;
}

function frames(dialect: "openai" | "anthropic", tokensIn: number, tokensOut: number): string[] {
  if (dialect === "openai") {
    const usage = { prompt_tokens: tokensIn, completion_tokens: tokensOut };
    const chunk = { id: "c", object: "chat.completion.chunk", created: 1, model: "m" };
    const choice = (delta: object, finish_reason: string | null) =>
      `data: ${JSON.stringify({ ...chunk, choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
    return [
      choice({ role: "assistant", content: "Some" }, null),
      choice({ content: "thing" }, "stop"),
      `data: ${JSON.stringify({ ...chunk, choices: [], usage })}\n\n`,
      "data: [DONE]\n\n",
    ];
  }
  const usage = { input_tokens: tokensIn, output_tokens: 1 };
  const head = { id: "m", type: "message", role: "assistant", model: "m", content: [], usage };
  return [
    { type: "message_start", message: { ...head, stop_reason: null, stop_sequence: null } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Something" } },
    { type: "content_block_stop", index: 0 },
    {
      ...{ type: "message_delta", delta: { stop_reason: "end_turn" } },
      usage: { output_tokens: tokensOut },
    },
    { type: "message_stop" },
  ].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
}

function wholeOf(dialect: "openai" | "anthropic", tokensIn: number, tokensOut: number): object {
  if (dialect === "anthropic") {
    const usage = { input_tokens: tokensIn, output_tokens: tokensOut };
    const head = { id: "m", type: "message", role: "assistant", model: "m", usage };
    return { ...head, stop_reason: "end_turn", content: [{ type: "text", text: "Something" }] };
  }
  const message = { role: "assistant", content: "Something." };
  return {
    ...{ id: "c", object: "chat.completion", created: 1, model: "m" },
    choices: [{ index: 0, finish_reason: "stop", message }],
    usage: { prompt_tokens: tokensIn, completion_tokens: tokensOut },
  };
}

/** Speaks both dialects, charges what it likes within what was asked for, and is at times too busy. */
async function startProvider(): Promise<Far> {
  let [charged, asked, isHeld] = [0, 0, false];
  async function answer(response: ServerResponse, url: string, text: string): Promise<void> {
    await pause(Math.random() * 30);
    const body = JSON.parse(text) as { stream?: boolean; max_tokens: number };
    const dialect = url.startsWith("/v1/messages") ? "anthropic" : "openai";
    asked += 1;
    if (asked % 10 === 0) {
      response.writeHead(429, { "content-type": "application/json" });
      return void response.end('{"error":{"message":"too busy"}}');
    }
    const tokensIn = 1 + Math.floor(Math.random() * 30);
    const tokensOut = 1 + Math.floor(Math.random() * body.max_tokens);
    const cost = Math.round(
      (tokensIn * price.input_micros + tokensOut * price.output_micros) / 1_000_000,
    );
    if (!body.stream) {
      charged += cost;
      response.writeHead(200, { "content-type": "application/json" });
      return void response.end(JSON.stringify(wholeOf(dialect, tokensIn, tokensOut)));
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    const [first = "", ...rest] = frames(dialect, tokensIn, tokensOut);
    response.write(first);
    if (isHeld) return;
    charged += cost;
    for (const frame of rest) {
      await pause(Math.random() * 5);
      response.write(frame);
    }
    response.end();
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      void answer(response, request.url ?? "", Buffer.concat(chunks).toString());
    });
  });
  return {
    ...(await listen(server)),
    chargedMicros: () => charged,
    holdStreams: (held) => {
      isHeld = held;
    },
  };
}

async function withBudget(far: Far, limit_micros: number): Promise<NewTenant> {
  const prices = { m: price };
  const tenant = await newTenant(
    {
      ai_providers: [
        { name: "oa", type: "openai", base_url: `${far.url}/v1`, api_key: "sk-oa", prices },
        { name: "an", type: "anthropic", base_url: far.url, api_key: "sk-an", prices },
      ],
    },
    pair.one,
  );
  const set = { scope: "tenant", period: "day", limit_micros };
  expect((await tenant.call("PUT", "/budgets", set)).status).toBe(200);
  return tenant;
}

/** One call at a door, as `kind` says: which of the doors, which provider, streamed or whole. */
async function ask(server: TestServer, key: string, kind: number): Promise<string> {
  const { openai, anthropic } = clientsOf(key, server.url);
  const model = kind & 1 ? "oa/m" : "an/m";
  const body = { model, messages, max_tokens: maxTokens };
  try {
    if (kind & 2) {
      if (kind & 4) await anthropic.messages.stream(body).finalMessage();
      else await anthropic.messages.create(body);
    } else if (kind & 4) {
      for await (const _ of await openai.chat.completions.create({ ...body, stream: true }));
    } else await openai.chat.completions.create(body);
    return "200";
  } catch (error) {
    return String((error as { status?: number }).status);
  }
}

async function standing(tenantId: string) {
  const [row] = await pair.sql`
    select spent_micros::float8 as spent, reserved_micros::float8 as reserved,
      (select count(*)::int from budget_reservations where tenant_id = ${tenantId}) as open,
      (select coalesce(sum(cost_micros), 0)::float8 from usage_events
        where tenant_id = ${tenantId} and kind = 'ai_call') as ledger
    from budget_windows where tenant_id = ${tenantId}`;
  return row as { spent: number; reserved: number; open: number; ledger: number };
}

test("500 calls at once through both doors of two processes, streamed and not, never pass the budget", async () => {
  const far = await startProvider();
  try {
    const limit_micros = 20_011;
    const tenant = await withBudget(far, limit_micros);
    let highest = 0;
    let isOver = false;
    const watching = (async () => {
      while (!isOver) {
        const now = await standing(tenant.tenantId);
        highest = Math.max(highest, (now?.spent ?? 0) + (now?.reserved ?? 0));
        await pause(20);
      }
    })();
    const statuses = await Promise.all(
      Array.from({ length: 500 }, (_, at) =>
        ask(at % 2 === 0 ? pair.one : pair.two, tenant.key, Math.floor(at / 2) % 8),
      ),
    );
    isOver = true;
    await watching;
    expect([...new Set(statuses)].sort()).toEqual(["200", "402", "429"]);
    const end = await standing(tenant.tenantId);
    expect(end).toMatchObject({ reserved: 0, open: 0, ledger: end.spent });
    expect(end.spent).toBe(far.chargedMicros());
    expect(end.spent).toBeGreaterThan(0);
    expect(end.spent).toBeLessThanOrEqual(limit_micros);
    expect(highest).toBeLessThanOrEqual(limit_micros);
  } finally {
    await far.close();
  }
}, 120_000);

test("what streams of a killed process had reserved comes back when it expires", async () => {
  const far = await startProvider();
  try {
    const tenant = await withBudget(far, 4_000);
    far.holdStreams(true);
    const doomed = pair.two;
    const lost = Promise.all(
      Array.from({ length: 8 }, (_, at) => ask(doomed, tenant.key, 4 + (at % 4))),
    );
    await expect
      .poll(async () => (await standing(tenant.tenantId))?.open ?? 0, { timeout: 20_000 })
      .toBeGreaterThan(2);
    await doomed.stop("SIGKILL");
    await lost;
    const before = await standing(tenant.tenantId);
    expect(before.open).toBeGreaterThan(2);
    far.holdStreams(false);
    // A stream has half an hour; here its time is over at once.
    await pair.sql`update budget_reservations set expires_at = now() - interval '1 second'
      where tenant_id = ${tenant.tenantId}`;
    const alive = pair.one;
    await expect.poll(() => ask(alive, tenant.key, 5), { timeout: 20_000 }).toBe("200");
    for (let status = "200"; status !== "402"; ) status = await ask(alive, tenant.key, 7);
    const end = await standing(tenant.tenantId);
    expect(end).toMatchObject({ reserved: 0, open: 0, ledger: end.spent });
    expect(end.spent).toBeLessThanOrEqual(4_000);
  } finally {
    await far.close();
  }
}, 60_000);
