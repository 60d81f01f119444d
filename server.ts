import cluster from "node:cluster";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ensureBuild } from "#lib/boot/build.ts";
import { openServer, type Server } from "#lib/boot/database.ts";
import { startDemo } from "#lib/boot/demo.ts";
import { type FirstRun, prepareDeployment } from "#lib/boot/first-run.ts";
import { startServices } from "#lib/boot/services.ts";
import { EnvError, env, loadEnvFile, tellLibraries } from "#lib/core/env.ts";
import { log } from "#lib/core/log.ts";
import { createApiLane, noPages } from "#lib/http/api-lane.ts";
import { loadRoutes } from "#lib/http/load-routes.ts";
import { createOAuthLane } from "#lib/http/oauth-lane.ts";
import { noteListening, publicUrl } from "#lib/http/origin.ts";
import { createPagesLane } from "#lib/http/pages-lane.ts";
import { apiRoutes } from "#lib/http/registry.ts";
import { closeSessions } from "#lib/mcp/sessions.ts";
import { closeStreams } from "#lib/mcp/streams.ts";
import { startKeeper } from "#lib/tasks/keeper.ts";

const root = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    /** Next's development server behind the same lanes. */
    dev: { type: "boolean", default: false },
    /** Sends the API's addresses through Next's router too: what other hosts of Next would do. */
    "pages-lane-only": { type: "boolean", default: false },
    /** Serves the API alone. */
    "api-lane-only": { type: "boolean", default: false },
  },
});

const drainMs = 20_000;
/** What is left to tasks when the last request is answered; others take over what is not done. */
const taskDrainMs = 10_000;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function serve(): Promise<() => Promise<void>> {
  const { HOST, PORT } = env();
  apiRoutes.push(...(await loadRoutes(join(root, "app", "(api)"))));
  const api = createApiLane(options["pages-lane-only"] ? [] : apiRoutes);
  const oauth = createOAuthLane();
  const server = createServer({ connectionsCheckingInterval: 5000 });
  // Slow clients: headers within 10 s, the whole request within a minute.
  server.headersTimeout = 10_000;
  server.requestTimeout = 60_000;
  server.keepAliveTimeout = 72_000;
  const opened = Promise.withResolvers<Awaited<ReturnType<typeof openPages>> | null>();
  // Before it listens: a request that nobody takes would wait for ever. Pages answer once they are open.
  server.on("request", (request, response) => {
    if (oauth(request, response) || api(request, response)) return;
    void opened.promise.then((pages) =>
      pages ? pages.handle(request, response) : noPages(request, response),
    );
  });
  await listen(server, PORT, HOST);
  noteListening((server.address() as AddressInfo).port);
  const pages = options["api-lane-only"] ? null : await openPages(server);
  opened.resolve(pages);
  // Not before: what is taken over may call tools of the demo, which runs by now.
  const stopTasks = startKeeper();
  return async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    // They would stay open for as long as their clients like.
    await closeStreams();
    closeSessions();
    // A kept-alive connection becomes idle when its last answer is sent.
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    const late = setTimeout(() => server.closeAllConnections(), options.dev ? 0 : drainMs);
    await closed;
    clearInterval(idle);
    clearTimeout(late);
    await stopTasks(taskDrainMs);
    await pages?.close();
  };
}

function listen(server: HttpServer, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

async function openPages(server: HttpServer) {
  const { default: next } = await import("next");
  const { port } = server.address() as AddressInfo;
  const app = next({ dev: options.dev, dir: root, hostname: env().HOST, port, httpServer: server });
  await app.prepare();
  const handle = createPagesLane(app.getRequestHandler(), { dev: options.dev });
  return { handle, close: () => app.close() };
}

function greet(first: FirstRun | null): void {
  say(`\n  TauseStack is ready at ${publicUrl()}`);
  say(`  Console   ${publicUrl()}/admin`);
  say(`  MCP       ${publicUrl()}/mcp`);
  if (first) {
    say(`  Operator  ${first.email}`);
    if (first.password) say(`  Password  ${first.password}   (shown this once)`);
    if (first.bootstrapKey) say(`  API key   ${first.bootstrapKey}   (platform; shown this once)`);
  }
  say("");
}

/** Ends once, on the first signal or failure, and lets a second signal end it at once. */
function onStop(stop: () => Promise<void>): void {
  let stopping = false;
  const end = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(130);
    stopping = true;
    log.info({ signal }, "stopping");
    stop().then(
      () => process.exit(0),
      (err: unknown) => {
        log.error({ err }, "could not stop cleanly");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
}

async function runSingle(server: Server): Promise<void> {
  const closeServices = await startServices(server.url);
  const first = await prepareDeployment();
  const closeDemo = await startDemo();
  const close = await serve();
  onStop(async () => {
    await close();
    await closeDemo();
    await closeServices();
    await server.release();
  });
  greet(first);
}

async function runPrimary(server: Server): Promise<void> {
  const closeServices = await startServices(server.url);
  const first = await prepareDeployment();
  const closeDemo = await startDemo();
  await closeServices();
  let stopping = false;
  const fork = () => cluster.fork({ DATABASE_URL: server.url });
  let ready = 0;
  cluster.on("message", (_worker, message: { port?: number }) => {
    if (message.port !== undefined) noteListening(message.port);
    if (message.port !== undefined && ++ready === env().WEB_CONCURRENCY) greet(first);
  });
  cluster.on("exit", (worker, code) => {
    if (stopping) return;
    log.error({ worker: worker.id, code }, "a worker ended; starting another");
    setTimeout(fork, 500);
  });
  for (let count = 0; count < env().WEB_CONCURRENCY; count++) fork();
  onStop(async () => {
    stopping = true;
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    const ended = workers.map((worker) => new Promise((done) => worker.once("exit", done)));
    for (const worker of workers) worker.process.kill("SIGTERM");
    await Promise.all(ended);
    await closeDemo();
    await server.release();
  });
}

async function runWorker(): Promise<void> {
  const { DATABASE_URL } = env();
  if (DATABASE_URL === undefined) throw new Error("A worker needs DATABASE_URL");
  const closeServices = await startServices(DATABASE_URL);
  const close = await serve();
  onStop(async () => {
    await close();
    await closeServices();
  });
  process.send?.({ port: Number(new URL(publicUrl()).port) });
}

async function main(): Promise<void> {
  loadEnvFile(root);
  tellLibraries();
  if (cluster.isWorker) return runWorker();
  if (!options.dev && !options["api-lane-only"]) await ensureBuild(root, say);
  const server = await openServer();
  await (env().WEB_CONCURRENCY > 1 ? runPrimary(server) : runSingle(server)).catch(
    async (error: unknown) => {
      await server.release();
      throw error;
    },
  );
}

process.on("unhandledRejection", (err) => log.error({ err }, "unhandled rejection"));
main().catch((error: unknown) => {
  const text = error instanceof EnvError ? error.message : ((error as Error).stack ?? error);
  process.stderr.write(`TauseStack could not start.\n${text}\n`);
  process.exit(1);
});
