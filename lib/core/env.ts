import { existsSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { z } from "zod";
import { type EgressPolicy, parseEgressAllow } from "./egress.ts";

/** One environment variable: how it is parsed and what `.env.example` says of it. */
interface Variable<S extends z.ZodType> {
  schema: S;
  example: string;
  about: string;
}

function variable<S extends z.ZodType>(schema: S, example: string, about: string): Variable<S> {
  return { schema, example, about };
}

const flag = z.enum(["true", "false"], { error: 'must be "true" or "false"' });
const whole = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.coerce
    .number({ error })
    .refine((value) => Number.isInteger(value) && value >= min && value <= max, error);
};
const urlOf = (protocols: string[]) =>
  z.string().refine(
    (text) => {
      const url = URL.parse(text);
      return url !== null && protocols.includes(url.protocol);
    },
    `must be a URL that starts with ${protocols.map((p) => `${p}//`).join(" or ")}`,
  );
const list = z.string().transform((text) =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== ""),
);
const base64Key = z
  .string()
  .regex(/^[\w+/-]{43}=?$/, "must be 32 bytes in base64: openssl rand -base64 32")
  .transform((text) => Buffer.from(text, "base64"));

const argvs = z.array(z.array(z.string().min(1)).min(1));
const commands = z.string().transform((text, refinement): string[][] => {
  try {
    return argvs.parse(JSON.parse(text));
  } catch {
    const message =
      'must be a JSON array of commands, as in [["/usr/bin/mcp-files", "--readonly"]]';
    refinement.addIssue({ code: "custom", message });
    return z.NEVER;
  }
});

/** Every variable the system reads, in the order of `.env.example`. */
export const variables = {
  PORT: variable(whole(0, 65535).default(3000), "3000", "port to listen on; 0 picks a free one"),
  HOST: variable(z.string().min(1).default("127.0.0.1"), "127.0.0.1", "address to listen on"),
  TAUSESTACK_DATA_DIR: variable(
    z.string().min(1).default(".data"),
    ".data",
    "embedded database and generated keys",
  ),
  TAUSESTACK_FILES_DIR: variable(
    z.string().min(1).optional(),
    "",
    "where files of tenants are kept, one folder each; unset: files in the data directory",
  ),
  DATABASE_URL: variable(
    urlOf(["postgres:", "postgresql:"]).optional(),
    "",
    "a PostgreSQL 15 or newer of your own; unset: the embedded one",
  ),
  REDIS_URL: variable(
    urlOf(["redis:", "rediss:"]).optional(),
    "",
    "Redis or Valkey for rate limits shared by several processes",
  ),
  TAUSESTACK_MULTI_TENANT_MODE: variable(
    flag.default("true"),
    "true",
    "false: one tenant, `default`",
  ),
  TAUSESTACK_SECRET_KEY: variable(
    base64Key.optional(),
    "",
    "sealing key, 32 bytes in base64; unset: generated into the data directory",
  ),
  TAUSESTACK_BOOTSTRAP_KEY: variable(
    z
      .string()
      .regex(/^tsp_[0-9A-Za-z]{32,}$/, "must be tsp_ and at least 32 letters and digits")
      .optional(),
    "",
    "first platform API key; unset: generated and printed once",
  ),
  TAUSESTACK_OPERATOR_EMAIL: variable(
    z
      .string()
      .min(3)
      .includes("@", { error: "must be an e-mail address" })
      .default("operator@localhost"),
    "operator@localhost",
    "first operator",
  ),
  TAUSESTACK_OPERATOR_PASSWORD: variable(
    z.string().min(10, "must have at least 10 characters").optional(),
    "",
    "first operator's password; unset: generated and printed once",
  ),
  TAUSESTACK_SEED_DEMO: variable(
    flag.optional(),
    "",
    "demo tenants on first run; unset: true with the embedded database, else false",
  ),
  TAUSESTACK_EGRESS_ALLOW: variable(
    z
      .string()
      .default("")
      .transform((text, refinement): EgressPolicy => {
        try {
          return parseEgressAllow(text);
        } catch (error) {
          refinement.addIssue({ code: "custom", message: (error as Error).message });
          return z.NEVER;
        }
      }),
    "",
    "hosts or networks outbound calls may reach besides the public internet: 127.0.0.1:9000,10.1.0.0/16,*.corp.example",
  ),
  TAUSESTACK_PUBLIC_URL: variable(
    urlOf(["http:", "https:"]).optional(),
    "",
    "address clients use; unset: from HOST and PORT",
  ),
  TAUSESTACK_CORS_ORIGINS: variable(
    list.default([]),
    "",
    "browser origins that may call the API, separated by commas; unset: none",
  ),
  TAUSESTACK_REQUESTS_PER_MINUTE: variable(
    whole(1, 100_000_000).default(6000),
    "6000",
    "request rate of a tenant that has no limit of its own",
  ),
  TAUSESTACK_MCP_SESSIONS: variable(
    z.enum(["auto", "on", "off"], { error: 'must be "auto", "on" or "off"' }).default("auto"),
    "auto",
    "sessions of legacy MCP clients; auto: with one worker. Several processes need sticky routing by Mcp-Session-Id",
  ),
  TAUSESTACK_MCP_SESSIONS_MAX: variable(
    whole(1, 1_000_000).default(2000),
    "2000",
    "most legacy MCP sessions of a process; idle ones make room",
  ),
  TAUSESTACK_MCP_SESSIONS_PER_TENANT: variable(
    whole(1, 1_000_000).default(200),
    "200",
    "most legacy MCP sessions of a tenant in a process",
  ),
  TAUSESTACK_MCP_SESSION_IDLE_SECONDS: variable(
    whole(1, 86_400).default(1800),
    "1800",
    "how long an idle legacy MCP session is kept",
  ),
  TAUSESTACK_WRONG_CREDENTIALS_PER_MINUTE: variable(
    whole(1, 100_000_000).default(60),
    "60",
    "wrong credentials that an address may send before they are answered 429",
  ),
  TAUSESTACK_MAX_BODY_BYTES: variable(
    whole(1024, 1024 ** 3).default(4 * 1024 * 1024),
    "4194304",
    "largest request body",
  ),
  TAUSESTACK_TRUST_PROXY: variable(
    flag.default("false"),
    "false",
    "true: take the client's address from X-Forwarded-For",
  ),
  TAUSESTACK_OAUTH_REGISTRATION: variable(
    flag.default("true"),
    "true",
    "false: OAuth clients must have a metadata document, and cannot register themselves",
  ),
  TAUSESTACK_OAUTH_ACCESS_TOKEN_SECONDS: variable(
    whole(5, 3600).default(600),
    "600",
    "how long an OAuth access token is good; clients renew it by themselves",
  ),
  TAUSESTACK_STDIO_COMMANDS: variable(
    commands.default([]),
    "",
    'commands that tenants may run as stdio MCP servers, each exactly as it stands: [["/usr/bin/mcp-files", "--readonly"]]; unset: none',
  ),
  TAUSESTACK_STDIO_PROCESSES: variable(
    whole(1, 100_000).default(32),
    "32",
    "most processes of stdio MCP servers, in all workers together",
  ),
  TAUSESTACK_STDIO_PROCESSES_PER_TENANT: variable(
    whole(1, 100_000).default(4),
    "4",
    "most processes of stdio MCP servers that a tenant has in a worker",
  ),
  TAUSESTACK_UPSTREAM_LISTENERS: variable(
    whole(0, 100_000).default(200),
    "200",
    "most connections that listen to upstream MCP servers for changes of their lists, held by one process of the deployment; 0: none",
  ),
  TAUSESTACK_UPSTREAM_REFRESH_MINUTES: variable(
    whole(1, 10_080).default(60),
    "60",
    "how often the lists of upstream MCP servers are read anyway, for those that tell of no changes",
  ),
  TAUSESTACK_SANDBOX_WORKERS: variable(
    whole(1, 256).optional(),
    "",
    "code tools that compute at once in a process; unset: one per core, at least 2",
  ),
  TAUSESTACK_SANDBOX_WALL_MS: variable(
    whole(1, 300_000).default(60_000),
    "60000",
    "longest time that a code tool may take for a call, in ms",
  ),
  TAUSESTACK_SANDBOX_CPU_MS: variable(
    whole(1, 60_000).default(10_000),
    "10000",
    "most processor time that a code tool may use for a call, in ms",
  ),
  TAUSESTACK_SANDBOX_MEMORY_MB: variable(
    whole(1, 512).default(128),
    "128",
    "most memory that a code tool may use for a call, in MB",
  ),
  TAUSESTACK_SANDBOX_OUTPUT_BYTES: variable(
    whole(1, 16 * 1024 * 1024).default(4 * 1024 * 1024),
    "4194304",
    "largest result of a code tool, in bytes",
  ),
  TAUSESTACK_BUDGET_GRACE_SECONDS: variable(
    whole(1, 3600).default(60),
    "60",
    "how long past a call's own time limit what it reserved of budgets is kept, should its process be gone",
  ),
  WEB_CONCURRENCY: variable(whole(1, 256).default(1), "1", "worker processes"),
  LOG_LEVEL: variable(
    z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
    "info",
    "fatal, error, warn, info, debug, trace or silent",
  ),
} as const;

type Variables = typeof variables;
type Raw = { [K in keyof Variables]: z.output<Variables[K]["schema"]> };

type Flag =
  | "TAUSESTACK_MULTI_TENANT_MODE"
  | "TAUSESTACK_TRUST_PROXY"
  | "TAUSESTACK_SEED_DEMO"
  | "TAUSESTACK_OAUTH_REGISTRATION";

export type Env = Readonly<
  Omit<Raw, Flag | "TAUSESTACK_FILES_DIR"> &
    Record<Flag, boolean> & { TAUSESTACK_FILES_DIR: string }
>;

/** The environment has a wrong value; the message has one line per mistake. */
export class EnvError extends Error {
  override readonly name = "EnvError";
}

/** Parses the environment; an empty value counts as unset. Throws `EnvError`. */
export function parseEnv(source: Record<string, string | undefined>): Env {
  const mistakes: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, { schema }] of Object.entries(variables)) {
    const text = source[name];
    const result = schema.safeParse(text === "" ? undefined : text);
    if (result.success) values[name] = result.data;
    else for (const issue of result.error.issues) mistakes.push(`${name}: ${issue.message}`);
  }
  if (mistakes.length > 0) throw new EnvError(mistakes.join("\n"));
  const raw = values as Raw;
  return {
    ...raw,
    TAUSESTACK_DATA_DIR: isAbsolute(raw.TAUSESTACK_DATA_DIR)
      ? raw.TAUSESTACK_DATA_DIR
      : resolve(raw.TAUSESTACK_DATA_DIR),
    TAUSESTACK_FILES_DIR: resolve(
      raw.TAUSESTACK_FILES_DIR ?? join(raw.TAUSESTACK_DATA_DIR, "files"),
    ),
    TAUSESTACK_MULTI_TENANT_MODE: raw.TAUSESTACK_MULTI_TENANT_MODE === "true",
    TAUSESTACK_TRUST_PROXY: raw.TAUSESTACK_TRUST_PROXY === "true",
    TAUSESTACK_OAUTH_REGISTRATION: raw.TAUSESTACK_OAUTH_REGISTRATION === "true",
    TAUSESTACK_SEED_DEMO: raw.TAUSESTACK_SEED_DEMO
      ? raw.TAUSESTACK_SEED_DEMO === "true"
      : raw.DATABASE_URL === undefined,
  };
}

let parsed: Env | undefined;

/** Adds what a `.env` in `folder` says to the environment, which wins. Call it before `env()`. */
export function loadEnvFile(folder: string): void {
  const file = join(folder, ".env");
  if (existsSync(file)) process.loadEnvFile(file);
}

/** This process's environment, parsed at the first call. */
export function env(): Env {
  parsed ??= parseEnv(process.env);
  return parsed;
}

/** What Next and next-auth read from the environment by themselves, in this process and its children. */
export function tellLibraries(): void {
  process.env.NEXT_TELEMETRY_DISABLED = "1";
  const { TAUSESTACK_PUBLIC_URL } = env();
  if (TAUSESTACK_PUBLIC_URL) process.env.NEXTAUTH_URL = TAUSESTACK_PUBLIC_URL;
  // Without a public address the console is opened as localhost or 127.0.0.1 alike.
  else process.env.AUTH_TRUST_HOST = "true";
}
