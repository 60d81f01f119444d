import { createServer, type ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { type Listening, listen } from "#lib/testing/deployment.ts";
import { type Answer, type Call, callAs, type NewTenant, newTenant } from "./client.ts";
import { useServerPair } from "./server-pair.ts";

const pair = useServerPair({
  TAUSESTACK_EGRESS_ALLOW: "127.0.0.1",
  TAUSESTACK_BUDGET_GRACE_SECONDS: "1",
});

const price = { input_micros: 1_000_001, output_micros: 7_000_003 };
const maxTokens = 40;
const prompt = "Tell me something.";

interface Far extends Listening {
  /** What its answers cost by their own numbers, in micro-units. */
  chargedMicros(): number;
  /** Calls that are not answered before this resolves. */
  hold(until: Promise<void>): void;
}

/** A provider that charges what it likes within what was asked for, and is now and then too busy. */
async function startProvider(): Promise<Far> {
  let charged = 0;
  let asked = 0;
  let held: Promise<void> = Promise.resolve();
  async function answer(response: ServerResponse): Promise<void> {
    await Promise.all([held, pause(Math.random() * 30)]);
    const send = (status: number, body: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    asked += 1;
    if (asked % 10 === 0) return void send(429, { error: { message: "too busy" } });
    const tokensIn = 1 + Math.floor(Math.random() * 30);
    const tokensOut = 1 + Math.floor(Math.random() * maxTokens);
    charged += Math.round(
      (tokensIn * price.input_micros + tokensOut * price.output_micros) / 1_000_000,
    );
    const message = { role: "assistant", content: "Something." };
    send(200, {
      ...{ id: "c", object: "chat.completion", created: 1, model: "m" },
      choices: [{ index: 0, finish_reason: "stop", message }],
      usage: { prompt_tokens: tokensIn, completion_tokens: tokensOut },
    });
  }
  const server = createServer((request, response) => {
    request.resume().on("end", () => void answer(response));
  });
  return {
    ...(await listen(server)),
    chargedMicros: () => charged,
    hold: (until) => {
      held = until;
    },
  };
}

async function withTool(far: Far, config: object = {}): Promise<NewTenant> {
  const house = { name: "house", type: "openai", base_url: `${far.url}/v1`, api_key: "sk-house" };
  const tenant = await newTenant({ ai_providers: [{ ...house, prices: { m: price } }] }, pair.one);
  const { status } = await tenant.call("POST", "/tools/register", {
    ...{ tool_id: "ask", name: "ask" },
    config: { implementation: "ai:house/m", prompt, max_tokens: maxTokens, retries: 0, ...config },
  });
  expect(status).toBe(200);
  return tenant;
}

interface Called {
  isError?: boolean;
  structuredContent?: { error?: { code: string; message: string; left_micros?: number } };
}

type Asked = Answer<Called>;

const codeOf = ({ body }: Asked) => body.structuredContent?.error?.code ?? "ok";

/** What the queue of prompts to be filled in has no room for is asked again. */
async function ask(call: Call): Promise<Asked> {
  for (;;) {
    const answer = await call<Called>("POST", "/tools/ask/call", { arguments: {} });
    if (answer.status !== 429) return answer;
    await pause(50);
  }
}

async function standing(tenantId: string) {
  const [row] = await pair.sql`
    select spent_micros::float8 as spent, reserved_micros::float8 as reserved,
      (select count(*)::int from budget_reservations where tenant_id = ${tenantId}) as open,
      (select sum(cost_micros)::float8 from usage_events
        where tenant_id = ${tenantId} and kind = 'ai_call') as ledger
    from budget_windows where tenant_id = ${tenantId}`;
  return row as { spent: number; reserved: number; open: number; ledger: number };
}

async function unexpired(tenantId: string): Promise<number> {
  const [row] = await pair.sql`select count(*)::int as count from budget_reservations
    where tenant_id = ${tenantId} and expires_at > now()`;
  return row?.count;
}

test("500 calls at once to two processes never pass the budget, which ends as the ledger and the provider say", async () => {
  const far = await startProvider();
  try {
    const tenant = await withTool(far);
    const limit_micros = 20_011;
    await tenant.call("PUT", "/budgets", { scope: "tenant", period: "day", limit_micros });
    const clients = [pair.one, pair.two].map(({ url }) => callAs(url, tenant.key));
    let highest = 0;
    let isOver = false;
    const watching = (async () => {
      while (!isOver) {
        const now = await standing(tenant.tenantId);
        highest = Math.max(highest, (now?.spent ?? 0) + (now?.reserved ?? 0));
        await pause(20);
      }
    })();
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, at) => ask(clients[at % 2] as Call)),
    );
    isOver = true;
    await watching;
    const codes = new Set(answers.map(codeOf));
    expect([...codes].sort()).toEqual(["budget_exceeded", "ok", "provider_busy"]);
    // What is left is less than one call may cost: no room was given away either.
    for (let code = ""; code !== "budget_exceeded"; ) code = codeOf(await ask(clients[0] as Call));
    const end = await standing(tenant.tenantId);
    expect(end).toMatchObject({ reserved: 0, open: 0, ledger: end.spent });
    expect(end.spent).toBe(far.chargedMicros());
    expect(end.spent).toBeLessThanOrEqual(limit_micros);
    expect(end.spent).toBeGreaterThan(limit_micros - 1_000);
    expect(highest).toBeLessThanOrEqual(limit_micros);
    const { body } = await tenant.call<{ left_micros: number }[]>("GET", "/budgets");
    expect(body[0]?.left_micros).toBe(limit_micros - end.spent);
  } finally {
    await far.close();
  }
}, 120_000);

test("what a process had reserved when it was killed comes back, and nothing of it is left", async () => {
  const far = await startProvider();
  try {
    const tenant = await withTool(far, { timeout_ms: 2_000 });
    const limit_micros = 3_000;
    await tenant.call("PUT", "/budgets", { scope: "tenant", period: "month", limit_micros });
    const [alive, doomed] = [pair.one, pair.two].map(({ url }) => callAs(url, tenant.key)) as [
      Call,
      Call,
    ];
    let letGo = () => {};
    far.hold(new Promise((resolve) => (letGo = resolve)));
    const lost = Promise.allSettled(Array.from({ length: 12 }, () => ask(doomed)));
    await expect.poll(async () => (await standing(tenant.tenantId))?.open ?? 0).toBeGreaterThan(3);
    await pair.two.stop("SIGKILL");
    await lost;
    const before = await standing(tenant.tenantId);
    expect(before.open).toBeGreaterThan(3);
    expect(codeOf(await ask(alive))).toBe("budget_exceeded");
    letGo();
    // Each expires in its own time; a call that finds no room then gives all of them back.
    await expect.poll(() => unexpired(tenant.tenantId), { timeout: 20_000 }).toBe(0);
    await expect
      .poll(async () => codeOf(await ask(alive)), { timeout: 20_000, interval: 200 })
      .toBe("ok");
    const end = await standing(tenant.tenantId);
    expect(end).toMatchObject({ reserved: 0, open: 0, ledger: end.spent });
    expect(end.spent).toBeGreaterThan(0);
    expect(end.spent).toBeLessThanOrEqual(limit_micros);
  } finally {
    await far.close();
  }
}, 60_000);
