import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { env } from "#lib/core/env.ts";
import { putSecret } from "#lib/secrets/service.ts";
import { freshTenant } from "#lib/testing/context.ts";
import type { RegisteredUpstream } from "../registry.ts";
import { countProcesses, endAllProcesses } from "./processes.ts";
import { stdioTransportFor } from "./transport.ts";

useTestDatabase();

const argv = [process.execPath, fileURLToPath(new URL("testing-server.ts", import.meta.url))];
beforeEach(() => {
  env().TAUSESTACK_STDIO_COMMANDS.push(argv, ["/bin/cat"], ["/nonexistent/server"]);
});
afterEach(async () => {
  await endAllProcesses();
  env().TAUSESTACK_STDIO_COMMANDS.splice(0);
});

function upstream(ctx: Ctx, [command = "", ...args] = argv, env_secrets = {}): RegisteredUpstream {
  return {
    ...{ tenantId: ctx.tenantId, upstreamId: "tiny", name: "Tiny", prefix: "tiny" },
    transport: { type: "stdio", command, args, env_secrets },
    auth: { type: "none" },
    ...{ enabled: true, exposeResources: false, exposePrompts: false },
    ...{ timeoutMs: 30_000, revision: "1" },
  };
}

/** Whether a process runs still; one that waits to be reaped does not. */
function lives(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

const gone = (pid: number) => vi.waitFor(() => expect(lives(pid)).toBe(false), 20_000);

test("a server sees a path and its secrets alone, and ends with what it started", async () => {
  const ctx = await freshTenant();
  await putSecret(ctx, "files", { value: "s3cret" });
  const client = new Client({ name: "test", version: "1" });
  await client.connect(await stdioTransportFor(ctx, upstream(ctx, argv, { FILES_KEY: "files" })));
  const { content } = await client.callTool({ name: "look", arguments: {} });
  const [part] = content as { text: string }[];
  const { helper, ...seen } = JSON.parse(part?.text ?? "{}");
  expect(Object.keys(seen).sort()).toEqual(["FILES_KEY", "HOME", "LANG", "PATH"]);
  expect(seen.FILES_KEY).toBe("s3cret");
  expect(lives(helper)).toBe(true);
  await client.close();
  await gone(helper);
  expect(countProcesses()).toBe(0);
}, 60_000);

test("no other command, and no other arguments, than the operator's are run", async () => {
  const ctx = await freshTenant();
  for (const other of [["/bin/echo"], [...argv, "--more"], ["/bin/cat", ""]]) {
    const refused = { code: "unavailable" };
    await expect(stdioTransportFor(ctx, upstream(ctx, other))).rejects.toMatchObject(refused);
  }
  const missing = await stdioTransportFor(ctx, upstream(ctx, ["/nonexistent/server"]));
  await expect(missing.start()).rejects.toMatchObject({ code: "failed" });
  expect(countProcesses()).toBe(0);
});

test("a tenant runs no more processes than it may, and another tenant still can", async () => {
  const [ctx, other] = [await freshTenant(), await freshTenant()];
  const most = env().TAUSESTACK_STDIO_PROCESSES_PER_TENANT;
  for (let n = 0; n < most; n++)
    await (await stdioTransportFor(ctx, upstream(ctx, ["/bin/cat"]))).start();
  const more = await stdioTransportFor(ctx, upstream(ctx, ["/bin/cat"]));
  await expect(more.start()).rejects.toMatchObject({ code: "unavailable" });
  await (await stdioTransportFor(other, upstream(other, ["/bin/cat"]))).start();
  expect(countProcesses(other.tenantId)).toBe(1);
});

test("1,000 connections one after another leave no process behind", async () => {
  const ctx = await freshTenant();
  const pids: number[] = [];
  for (let n = 0; n < 1_000; n++) {
    const transport = await stdioTransportFor(ctx, upstream(ctx, ["/bin/cat"]));
    await transport.start();
    pids.push((transport as unknown as { pid: number }).pid);
    await transport.close();
  }
  await sleep(10);
  expect(pids.filter(lives)).toEqual([]);
  expect(new Set(pids).size).toBeGreaterThan(900);
  expect(countProcesses()).toBe(0);
}, 120_000);
