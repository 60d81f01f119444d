import { createServer } from "node:http";
import { z } from "zod";
import { type Listening, listen } from "#lib/testing/deployment.ts";
import { callToolResult } from "#lib/tools/schema.ts";
import { usageReport } from "#lib/usage/schema.ts";
import { expectOk } from "../client.ts";
import { allowHosts, errorCode, textOf, type Workshop } from "./workshop.ts";

/** What the provider says that each call took: 30 tokens in and 20 out. */
const usage = { prompt_tokens: 30, completion_tokens: 20, total_tokens: 50 };
/** A micro-unit for a token in, two for one out. */
const prices = { m: { input_micros: 1_000_000, output_micros: 2_000_000 } };
const costMicros = 70;

/** A provider on loopback that speaks OpenAI's dialect. */
async function startProvider(): Promise<Listening & { authorization(): string | undefined }> {
  let authorization: string | undefined;
  const message = { role: "assistant", content: "Hello." };
  const server = createServer((request, response) => {
    authorization = request.headers.authorization;
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(
        JSON.stringify({
          ...{ id: "c", object: "chat.completion", created: 1, model: "m", usage },
          choices: [{ index: 0, finish_reason: "stop", message }],
        }),
      );
    });
  });
  return { ...(await listen(server)), authorization: () => authorization };
}

const chat = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })),
});
const answerOf = z.object({ content: z.array(z.object({ text: z.string() })) });

async function showGateway({ report, must, rest }: Workshop, sent: () => string | undefined) {
  const messages = [{ role: "user", content: "Hello" }];
  const asked = { max_tokens: 20, messages };
  const openai = await rest("POST", "/v1/chat/completions", { ...asked, model: "house/m" });
  const first = chat.safeParse(openai.body).data?.choices[0]?.message.content;
  const sealed = sent() === "Bearer sk-of-the-house";
  report.check("OpenAI's address answers, with the tenant's key", first === "Hello." && sealed);
  await must("PUT", "/ai-routes/fast", { targets: [{ model: "house/m" }] });
  const anthropic = await rest("POST", "/v1/messages", { ...asked, model: "fast" });
  const second = answerOf.safeParse(anthropic.body).data?.content[0]?.text;
  report.check("Anthropic's does, of the same model by a route's name", second === "Hello.");
  const { total } = usageReport.parse(await must("GET", "/usage?kind=ai_call"));
  const told = `${total.calls} calls, ${total.cost_micros} micro-units`;
  report.check("the ledger has both, priced", total.cost_micros === 2 * costMicros, told);
}

async function showBudget({ report, must, rest }: Workshop): Promise<void> {
  await must("POST", "/tools/register", {
    ...{ tool_id: "ask", name: "ask" },
    config: { implementation: "ai:house/m", prompt: "Say hello.", max_tokens: 20 },
  });
  const ask = async () =>
    callToolResult.parse((await rest("POST", "/tools/ask/call", { arguments: {} })).body);
  const budget = { scope: "tenant", period: "day", limit_micros: 1 };
  const { budget_id } = z
    .object({ budget_id: z.string() })
    .parse(await must("PUT", "/budgets", budget));
  const refused = await ask();
  const isRefused = errorCode(refused) === "budget_exceeded";
  report.check("a budget refuses what could pass it", isRefused, textOf(refused));
  await must("PUT", "/budgets", { ...budget, limit_micros: 1_000_000 });
  report.check("a larger one lets it run", errorCode(await ask()) === null);
  await must("DELETE", `/budgets/${budget_id}`);
}

/** Language models behind the tenant's key, and what may be spent on them. */
export async function showModels(workshop: Workshop): Promise<void> {
  workshop.report.section("The gateway, and a budget");
  const provider = await startProvider();
  workshop.stage.cleanups.push({ what: "stop the provider", run: () => provider.close() });
  await allowHosts(workshop, new URL(provider.url).host);
  await workshop.must("PUT", "/secrets/HOUSE_KEY", { value: "sk-of-the-house" });
  const { stage, tenantId } = workshop;
  const path = `/tenants/${tenantId}/ai-providers/house`;
  const address = { base_url: `${provider.url}/v1`, api_key_secret: "HOUSE_KEY" };
  const body = { type: "openai", ...address, prices };
  await expectOk(stage.rest("PUT", path, { key: stage.deployment.key, body }), `PUT ${path}`);
  await showGateway(workshop, provider.authorization);
  await showBudget(workshop);
}
