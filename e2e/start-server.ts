import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { startEmbedded } from "#db/embedded.ts";
import { variables } from "#lib/core/env.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Set, though empty, these are not taken from a developer's own .env. */
const withoutEnvFile = Object.fromEntries(Object.keys(variables).map((name) => [name, ""]));

export interface TestServer {
  url: string;
  /** A platform key. */
  key: string;
  password: string;
  databaseUrl: string;
  pid: number;
  /** SIGTERM by default; resolves when the process is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface TestServerOptions {
  databaseUrl: string;
  /** Arguments of server.ts, such as `--api-lane-only`. */
  args?: string[];
  env?: Record<string, string>;
}

/** Starts server.ts on a free port and waits until it says that it is ready. */
export async function startServer(options: TestServerOptions): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), "tausestack-e2e-"));
  const key = options.env?.TAUSESTACK_BOOTSTRAP_KEY ?? `tsp_${randomBytes(20).toString("hex")}`;
  const password = `operator-${randomBytes(6).toString("hex")}`;
  const child = spawn(process.execPath, [join(root, "server.ts"), ...(options.args ?? [])], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...withoutEnvFile,
      ...process.env,
      PORT: "0",
      HOST: "127.0.0.1",
      DATABASE_URL: options.databaseUrl,
      TAUSESTACK_DATA_DIR: folder,
      TAUSESTACK_BOOTSTRAP_KEY: key,
      TAUSESTACK_OPERATOR_PASSWORD: password,
      TAUSESTACK_SEED_DEMO: "false",
      TAUSESTACK_REQUESTS_PER_MINUTE: "1000000",
      TAUSESTACK_WRONG_CREDENTIALS_PER_MINUTE: "1000000",
      NODE_ENV: options.args?.includes("--dev") ? "development" : "production",
      LOG_LEVEL: "warn",
      ...options.env,
    },
  });
  let output = "";
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString("utf8");
      const match = /ready at (https?:\/\/\S+)/.exec(output);
      // With a public address it is that which is said; the port is then one that was asked for.
      const port = options.env?.TAUSESTACK_PUBLIC_URL && options.env.PORT;
      if (match?.[1]) resolve(port ? `http://127.0.0.1:${port}` : match[1]);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", (code) => reject(new Error(`server.ts ended with ${code}:\n${output}`)));
  });
  return {
    url,
    key,
    password,
    databaseUrl: options.databaseUrl,
    pid: child.pid ?? 0,
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A server for databases of a run: DATABASE_URL's, or an embedded one of the run's own. */
export async function openCluster(): Promise<{
  createDatabase(): Promise<string>;
  close(): Promise<void>;
}> {
  const given = process.env.DATABASE_URL || undefined;
  const folder = given ? null : mkdtempSync(join(tmpdir(), "tausestack-cluster-"));
  const embedded = folder === null ? null : await startEmbedded({ dir: folder });
  const admin = postgres(given ?? embedded?.url ?? "", { max: 1, onnotice: () => undefined });
  const made: string[] = [];
  return {
    async createDatabase() {
      const name = `tausestack_e2e_${randomBytes(6).toString("hex")}`;
      await admin.unsafe(`create database ${name}`);
      made.push(name);
      const url = new URL(given ?? embedded?.url ?? "");
      url.pathname = `/${name}`;
      return url.href;
    },
    async close() {
      for (const name of made) await admin.unsafe(`drop database if exists ${name} with (force)`);
      await admin.end({ timeout: 5 });
      await embedded?.release();
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
    },
  };
}
