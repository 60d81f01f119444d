import { z } from "zod";
import { approval, killSwitch } from "#lib/tools/governance/schema.ts";
import { callToolResult } from "#lib/tools/schema.ts";
import { expectOk, openMcp } from "../client.ts";
import { errorCode, makeKey, msUntil, textOf, type Workshop } from "./workshop.ts";

const tool = "/tools/refund";

/** A call by REST, with the status that it was answered with. */
async function callAs({ rest }: Workshop, key: string, order: number) {
  const answer = await rest("POST", `${tool}/call`, { arguments: { order } }, key);
  const result = callToolResult.safeParse(answer.body).data;
  return { ...answer, result, code: result ? errorCode(result) : null };
}

async function seenBy({ stage }: Workshop, key: string): Promise<boolean> {
  const client = await openMcp(`${stage.deployment.url}/mcp`, key, "auto");
  try {
    return (await client.listTools()).tools.some(({ name }) => name === "refund");
  } finally {
    await client.close();
  }
}

async function showGrants(workshop: Workshop, agent: string, keyId: string, other: string) {
  const { report, must, rest } = workshop;
  const grants = [{ type: "key", id: keyId }];
  await must("PUT", `${tool}/grants`, { grants });
  const granted = await callAs(workshop, agent, 1);
  report.check("who was granted a tool calls it", granted.code === null, `${granted.status}`);
  const call = await callAs(workshop, other, 1);
  const read = await rest("GET", tool, undefined, other);
  const seen = await seenBy(workshop, other);
  report.check(
    "to anybody else it is not there",
    call.status === 404 && read.status === 404 && !seen,
    `call ${call.status}, read ${read.status}, ${seen ? "listed" : "not listed"}`,
  );
  await must("DELETE", `${tool}/grants`);
}

async function showLimit(workshop: Workshop, agent: string): Promise<void> {
  const { report, must } = workshop;
  const body = { tool_id: "refund", calls_per_minute: 2 };
  const { limit_id } = z
    .object({ limit_id: z.string() })
    .parse(await must("PUT", "/tool-limits", body));
  const answers = [];
  for (let order = 1; order <= 3; order++) answers.push(await callAs(workshop, agent, order));
  const statuses = answers.map(({ status }) => status).join(", ");
  const wait = answers.at(-1)?.headers.get("retry-after") ?? "nothing";
  const limited = statuses === "200, 200, 429" && Number(wait) > 0;
  report.check("two calls a minute, the third waits", limited, `${statuses}, Retry-After ${wait}`);
  await must("DELETE", `/tool-limits/${limit_id}`);
}

async function showSwitch(workshop: Workshop, agent: string): Promise<void> {
  const { report, must } = workshop;
  const body = { scope: "tool", target_id: "refund", reason: "An incident" };
  const { switch_id } = killSwitch.parse(await must("PUT", "/kill-switches", body));
  const stopped = await msUntil(async () => (await callAs(workshop, agent, 1)).code === "stopped");
  const inTime = stopped !== null && stopped < 1000;
  report.check("a kill switch stops the next call", inTime, `after ${stopped} ms`);
  await must("DELETE", `/kill-switches/${switch_id}`);
  const released = await msUntil(async () => (await callAs(workshop, agent, 1)).code === null);
  report.check("released, the tool runs again", released !== null, `after ${released} ms`);
}

async function showApproval(workshop: Workshop, agent: string): Promise<void> {
  const { report, must, stage, tenantId, rest } = workshop;
  await must("PUT", `${tool}/policy`, { approval: "always" });
  const asked = await callAs(workshop, agent, 99);
  const told = asked.result ? textOf(asked.result) : `${asked.status}`;
  report.check("a call that needs approval waits", asked.code === "approval_required", told);
  const wanted = z.object({ error: z.object({ approval_id: z.string() }) });
  const { approval_id } = wanted.parse(asked.result?.structuredContent).error;
  const own = await rest("POST", `/approvals/${approval_id}/approve`, {}, agent);
  report.check("who asked cannot approve", own.status === 403, `${own.status}`);
  const decide = { key: stage.deployment.key, tenant: tenantId, body: { note: "Go ahead" } };
  const path = `/approvals/${approval_id}/approve`;
  const { status } = approval.parse(await expectOk(stage.rest("POST", path, decide), path));
  const once = await callAs(workshop, agent, 99);
  const ran = status === "approved" && once.code === null;
  report.check("approved, the same call runs", ran, once.result ? textOf(once.result) : "");
  const twice = await callAs(workshop, agent, 99);
  report.check("once", twice.code === "approval_required", twice.code ?? "it ran again");
}

/** Who may call a tool, how often, when not, and with whose word. */
export async function showGovernance(workshop: Workshop): Promise<void> {
  workshop.report.section("Grants, limits, kill switches and approvals");
  await workshop.must("POST", "/tools/register", {
    ...{ tool_id: "refund", name: "refund" },
    parameters: { order: { type: "integer", required: true } },
    config: { implementation: "return { refunded: args.order }" },
  });
  const scopes = ["tools:read", "tools:call"];
  const agent = await makeKey(workshop, scopes);
  const other = await makeKey(workshop, scopes);
  await showGrants(workshop, agent.key, agent.key_id, other.key);
  await showLimit(workshop, agent.key);
  await showSwitch(workshop, agent.key);
  await showApproval(workshop, agent.key);
}
