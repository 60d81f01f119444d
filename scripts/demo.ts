import { z } from "zod";
import { callTools } from "./demo/calls.ts";
import { expectOk } from "./demo/client.ts";
import { tryCredentials } from "./demo/credentials.ts";
import { tryEverything } from "./demo/matrix.ts";
import { createReport, type Report } from "./demo/report.ts";
import { openDeployment } from "./demo/server.ts";
import { cleanUp, setUp } from "./demo/setup.ts";
import { showTools } from "./demo/showcase.ts";
import { openStage, type Stage } from "./demo/stage.ts";

const health = z.object({
  status: z.literal("healthy"),
  multi_tenant_enabled: z.boolean(),
  version: z.string(),
});

async function checkHealth(stage: Stage, report: Report): Promise<void> {
  report.section(`TauseStack at ${stage.deployment.url}`);
  const found = health.parse(await expectOk(stage.rest("GET", "/health"), "GET /health"));
  report.check("is healthy", true, `version ${found.version}`);
  if (!found.multi_tenant_enabled) throw new Error("The demo needs multi-tenant mode.");
  report.note(`The demo's upstream is at ${stage.upstream.url}.`);
}

async function runSteps(stage: Stage, report: Report): Promise<void> {
  await checkHealth(stage, report);
  await setUp(stage, report);
  await callTools(stage, report);
  await showTools(stage, report);
  await tryCredentials(stage, report);
  await tryEverything(stage, report);
}

/** Aborted by Ctrl-C or SIGTERM, so that what the demo has changed is still undone; not twice. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  const end = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Error(`Stopped by ${signal}.`));
  };
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  return controller.signal;
}

/**
 * Shows and proves the three demo tenants from outside, over HTTP and MCP. TAUSESTACK_URL and
 * TAUSESTACK_KEY (a platform key) name a running deployment; without them one is started for it.
 */
async function main(): Promise<void> {
  const report = createReport();
  const stop = interruption();
  const deployment = await openDeployment();
  try {
    const stage = await openStage(deployment, stop);
    try {
      await runSteps(stage, report);
    } catch (error) {
      report.check("the demo runs to its end", false, (error as Error).message);
    }
    await cleanUp(stage, report);
  } finally {
    await deployment.close();
  }
  report.section("Result");
  report.note(`${report.passed} checks passed, ${report.failures.length} failed`);
  for (const failure of report.failures) report.note(`${report.mark(false)} ${failure}`);
  if (report.failures.length > 0 && deployment.log.length > 0) {
    report.section("What the server logged");
    for (const line of deployment.log.slice(-20)) report.note(line.slice(0, 2000));
  }
  process.exitCode = report.failures.length === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
});
