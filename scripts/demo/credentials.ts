import { setTimeout as sleep } from "node:timers/promises";
import { randomText } from "#lib/core/ids.ts";
import { type Answer, expectOk, initialize, mcpHeaders, type Sent } from "./client.ts";
import type { Report } from "./report.ts";
import { mintKey } from "./setup.ts";
import type { Side, Stage } from "./stage.ts";

interface Door {
  method: string;
  path: string;
  sent?: Sent;
}

/** One address of each kind, those of the side's own things among them. */
function doorsOf(side: Side): Door[] {
  const [memory] = side.demo.memories;
  const [tool] = side.tools;
  const [resource] = side.demo.resources;
  const { governed } = side;
  const mcp = { body: initialize, headers: mcpHeaders };
  return [
    { method: "GET", path: "/tenants" },
    { method: "GET", path: `/tenants/${side.tenantId}` },
    { method: "GET", path: `/tenants/${side.tenantId}/stats` },
    { method: "POST", path: "/tenants/configure", sent: { body: side.demo.config } },
    { method: "DELETE", path: `/tenants/${side.tenantId}` },
    { method: "GET", path: "/memory/all" },
    { method: "GET", path: `/memory/${memory?.agent_id}` },
    { method: "POST", path: "/memory/register", sent: { body: memory } },
    { method: "GET", path: "/tools" },
    { method: "POST", path: `/tools/${tool?.toolId}/call`, sent: { body: { arguments: {} } } },
    { method: "GET", path: "/resources" },
    { method: "DELETE", path: `/resources/${resource?.resource_id}` },
    { method: "GET", path: "/keys" },
    { method: "POST", path: "/keys", sent: { body: { name: "stolen" } } },
    { method: "GET", path: "/secrets" },
    { method: "PUT", path: `/secrets/${governed.secret}`, sent: { body: { value: "stolen" } } },
    { method: "GET", path: `/upstreams/${governed.upstream}` },
    { method: "POST", path: `/tools/${governed.guarded}/publish` },
    { method: "POST", path: `/approvals/${governed.approval}/approve` },
    { method: "DELETE", path: `/kill-switches/${governed.switch}` },
    { method: "GET", path: "/usage" },
    { method: "GET", path: "/audit" },
    { method: "GET", path: "/audit/platform" },
    { method: "POST", path: "/federation/memory/pull", sent: { body: { url: "http://x" } } },
    { method: "POST", path: "/mcp", sent: mcp },
    { method: "POST", path: `/t/${side.tenantId}/mcp`, sent: mcp },
  ];
}

function isChallenge({ status, headers }: Answer): boolean {
  return status === 401 && /^Bearer\b/i.test(headers.get("www-authenticate") ?? "");
}

/** Past some wrong credentials a minute from one address, a server looks at none of them any more. */
function isOverLimit({ status, body }: Answer): boolean {
  const limit = (body as { limit?: unknown } | null)?.limit;
  return status === 429 && limit === "wrong_credentials_per_minute";
}

/**
 * Tries every door of the side with what is no credential; each must answer 401 and a challenge, or
 * that there were too many of them.
 */
async function tryDoors(
  stage: Stage,
  side: Side,
  what: string,
  given: Sent,
  report: Report,
): Promise<void> {
  const doors = doorsOf(side);
  const open: string[] = [];
  let late = 0;
  for (const { method, path, sent } of doors) {
    const headers = { ...sent?.headers, ...given.headers };
    const answer = await stage.rest(method, path, { ...sent, ...given, headers });
    if (isOverLimit(answer)) late += 1;
    else if (!isChallenge(answer)) open.push(`${method} ${path} ${answer.status}`);
  }
  const closed = `${doors.length} addresses, ${late === 0 ? "all 401" : late === doors.length ? "all 429" : `401, and 429 for the last ${late}`}`;
  const found = open.length === 0 ? closed : open.join("; ");
  report.check(`${side.tenantId} with ${what}`, open.length === 0, found);
}

/** How long a revoked key still opens a door, in milliseconds; null past three seconds. */
async function revocationMs(stage: Stage, side: Side): Promise<number | null> {
  const { key } = stage.deployment;
  const spare = await mintKey(stage, side.tenantId);
  const look = () => stage.rest("GET", "/memory/all", { key: spare.key });
  await expectOk(look(), "GET /memory/all with a new key");
  await expectOk(
    stage.rest("DELETE", `/keys/${spare.keyId}`, { key, tenant: side.tenantId }),
    "revoking a key",
  );
  const start = performance.now();
  while (performance.now() - start < 3000) {
    const answer = await look();
    if (isChallenge(answer) || isOverLimit(answer)) return performance.now() - start;
    await sleep(20);
  }
  return null;
}

/** Nothing is open without a credential, with a wrong one, or with one that was revoked. */
export async function tryCredentials(stage: Stage, report: Report): Promise<void> {
  report.section("No credential, wrong ones, revoked ones");
  for (const [at, side] of stage.sides.entries()) {
    const other = stage.sides[(at + 1) % stage.sides.length] ?? side;
    const stolen = other.key.slice(other.key.lastIndexOf("_") + 1);
    const wrong: [string, Sent][] = [
      ["no credential", {}],
      ["no credential and X-Tenant-ID", { tenant: side.tenantId }],
      ["a key that was never given out", { key: `tsk_${side.tenantId}_${randomText(43)}` }],
      ["a platform key that was never given out", { key: `tsp_${randomText(43)}` }],
      ["another tenant's secret under its name", { key: `tsk_${side.tenantId}_${stolen}` }],
      ["what is no key", { key: "null" }],
      ["its key as a password", { headers: { authorization: `Basic ${btoa(`:${side.key}`)}` } }],
    ];
    for (const [what, given] of wrong) await tryDoors(stage, side, what, given, report);
    const ms = await revocationMs(stage, side);
    const found = ms === null ? "still open after 3 s" : `refused after ${Math.round(ms)} ms`;
    report.check(`${side.tenantId} with a revoked key`, ms !== null && ms < 1000, found);
  }
}
