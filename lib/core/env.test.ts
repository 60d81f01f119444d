import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EnvError, loadEnvFile, parseEnv, variables } from "./env.ts";

function mistakesOf(source: Record<string, string>): string[] {
  try {
    parseEnv(source);
  } catch (error) {
    if (error instanceof EnvError) return error.message.split("\n");
    throw error;
  }
  return [];
}

const key = Buffer.alloc(32, 1).toString("base64");

test("without any variable the documented defaults hold", () => {
  const env = parseEnv({});
  expect(env).toMatchObject({
    PORT: 3000,
    HOST: "127.0.0.1",
    TAUSESTACK_DATA_DIR: join(process.cwd(), ".data"),
    TAUSESTACK_MULTI_TENANT_MODE: true,
    TAUSESTACK_SEED_DEMO: true,
    TAUSESTACK_CORS_ORIGINS: [],
    TAUSESTACK_TRUST_PROXY: false,
    WEB_CONCURRENCY: 1,
    LOG_LEVEL: "info",
  });
  expect([env.DATABASE_URL, env.REDIS_URL, env.TAUSESTACK_PUBLIC_URL]).toEqual([
    ...[undefined, undefined, undefined],
  ]);
});

test("an empty value counts as unset", () => {
  const empty = Object.fromEntries(Object.keys(variables).map((name) => [name, ""]));
  expect(parseEnv(empty)).toEqual(parseEnv({}));
});

test("demo tenants are the default of the embedded database alone, and can be asked for", () => {
  const DATABASE_URL = "postgres://db.example/app";
  expect(parseEnv({ DATABASE_URL }).TAUSESTACK_SEED_DEMO).toBe(false);
  expect(parseEnv({ DATABASE_URL, TAUSESTACK_SEED_DEMO: "true" }).TAUSESTACK_SEED_DEMO).toBe(true);
  expect(parseEnv({ TAUSESTACK_SEED_DEMO: "false" }).TAUSESTACK_SEED_DEMO).toBe(false);
});

const wrong: [name: string, value: string, part: string][] = [
  ["PORT", "eighty", "from 0 to 65535"],
  ["PORT", "65536", "from 0 to 65535"],
  ["PORT", "80.5", "whole number"],
  ["DATABASE_URL", "mysql://db", "postgres://"],
  ["DATABASE_URL", "db.example", "must be a URL"],
  ["REDIS_URL", "http://cache", "redis://"],
  ["TAUSESTACK_MULTI_TENANT_MODE", "yes", '"true" or "false"'],
  ["TAUSESTACK_SECRET_KEY", "c2hvcnQ=", "32 bytes in base64"],
  ["TAUSESTACK_SECRET_KEY", `${key}\n${key}`, "32 bytes in base64"],
  ["TAUSESTACK_BOOTSTRAP_KEY", "secret", "tsp_"],
  ["TAUSESTACK_OPERATOR_EMAIL", "operator", "e-mail"],
  ["TAUSESTACK_OPERATOR_PASSWORD", "short", "10 characters"],
  ["TAUSESTACK_SEED_DEMO", "1", '"true" or "false"'],
  ["TAUSESTACK_EGRESS_ALLOW", "10.0.0.0/99", "10.0.0.0/99"],
  ["TAUSESTACK_PUBLIC_URL", "example.com", "http://"],
  ["TAUSESTACK_REQUESTS_PER_MINUTE", "0", "from 1 to"],
  ["TAUSESTACK_MAX_BODY_BYTES", "10", "from 1024 to"],
  ["WEB_CONCURRENCY", "0.5", "whole number"],
  ["LOG_LEVEL", "loud", "info"],
];

test.each(wrong)("%s=%s is one mistake, told in one line that names it", (name, value, part) => {
  const mistakes = mistakesOf({ [name]: value });
  expect(mistakes).toHaveLength(1);
  expect(mistakes[0]).toMatch(new RegExp(`^${name}: .`));
  expect(mistakes[0]).toContain(part);
});

test("every mistake is told at once", () => {
  const mistakes = mistakesOf({ PORT: "x", LOG_LEVEL: "loud", WEB_CONCURRENCY: "0" });
  expect(mistakes.map((line) => line.split(":")[0])).toEqual([
    ...["PORT", "WEB_CONCURRENCY", "LOG_LEVEL"],
  ]);
});

test("a mistake never repeats what may be a secret", () => {
  const secret = "hunter2-hunter2";
  const told = mistakesOf({
    DATABASE_URL: `mysql://ada:${secret}@db`,
    REDIS_URL: `http://:${secret}@cache`,
    TAUSESTACK_SECRET_KEY: secret,
    TAUSESTACK_BOOTSTRAP_KEY: secret,
  });
  expect(told).toHaveLength(4);
  expect(told.join("\n")).not.toContain(secret);
});

test("good values are taken", () => {
  const env = parseEnv({
    TAUSESTACK_SECRET_KEY: key,
    TAUSESTACK_CORS_ORIGINS: "https://a.example, https://b.example,",
    TAUSESTACK_DATA_DIR: "/srv/data",
    TAUSESTACK_EGRESS_ALLOW: "127.0.0.1:9000,10.1.0.0/16,*.corp.example",
  });
  expect(env.TAUSESTACK_SECRET_KEY).toEqual(Buffer.alloc(32, 1));
  expect(env.TAUSESTACK_CORS_ORIGINS).toEqual(["https://a.example", "https://b.example"]);
  expect(env.TAUSESTACK_DATA_DIR).toBe("/srv/data");
});

test("the example of every variable is a value it takes", () => {
  const examples = Object.entries(variables).map(([name, { example }]) => [name, example]);
  expect(mistakesOf(Object.fromEntries(examples))).toEqual([]);
});

test(".env.example lists every variable in order with what is said of it, and nothing else", () => {
  const text = readFileSync(join(import.meta.dirname, "../../.env.example"), "utf8");
  const [, ...entries] = text.trimEnd().split("\n\n");
  expect(entries).toEqual(
    Object.entries(variables).map(([name, { about, example }]) => `# ${about}\n${name}=${example}`),
  );
});

test("a .env file adds to the environment, which wins, even with an empty value", () => {
  const folder = mkdtempSync(join(tmpdir(), "tausestack-env-"));
  const own = { TAUSESTACK_TEST_ONE: "own", TAUSESTACK_TEST_TWO: "" };
  Object.assign(process.env, own);
  loadEnvFile(folder);
  const lines = ["ONE=file", "TWO=file", "# a comment", 'THREE="of the file"'];
  const text = lines.map((line) => line.replace(/^[A-Z]/, "TAUSESTACK_TEST_$&")).join("\n");
  writeFileSync(join(folder, ".env"), text);
  loadEnvFile(folder);
  expect(process.env).toMatchObject({ ...own, TAUSESTACK_TEST_THREE: "of the file" });
  for (const name of ["ONE", "TWO", "THREE"]) delete process.env[`TAUSESTACK_TEST_${name}`];
  rmSync(folder, { recursive: true });
});
