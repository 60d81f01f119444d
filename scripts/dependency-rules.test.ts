import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { ICruiseResult } from "dependency-cruiser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tiers } from "./tiers.ts";

const root = join(import.meta.dirname, "..");

/** A small product in which each file, but for the clean ones, breaks the rule it is named for. */
const files: Record<string, string> = {
  "package.json": JSON.stringify({ name: "seeded", type: "module", imports: { "#*": "./*" } }),
  "db/schema/tools.ts": "export const tools = 1;",
  "db/schema/audit.ts": "export const audit = 1;",
  "db/client.ts": 'import "#lib/core/errors.ts";\nexport const client = 1;',
  "db/testing/fresh.ts": "export const fresh = 1;",
  "lib/core/errors.ts": "export const errors = 1;",
  "lib/core/env.ts": "export const env = 1;",
  "lib/audit/service.ts":
    'import { audit } from "#db/schema/audit.ts";\nimport "#lib/core/errors.ts";\nexport const record = audit;',
  "lib/audit/upward.ts": 'import { list } from "#lib/tools/service.ts";\nexport const up = list;',
  "lib/audit/upward-type.ts":
    'import type { list } from "#lib/tools/service.ts";\nexport type Up = typeof list;',
  "lib/memory/sibling.ts": 'import { s } from "#lib/resources/schema.ts";\nexport const x = s;',
  "lib/resources/schema.ts": "export const s = 1;",
  "lib/tools/service.ts":
    'import { tools } from "#db/schema/tools.ts";\nimport { record } from "#lib/audit/service.ts";\nexport const list = [tools, record];',
  "lib/tools/foreign.ts": 'import { audit } from "#db/schema/audit.ts";\nexport const a = audit;',
  "lib/tools/headers.ts": 'import { headers } from "next/headers";\nexport const h = headers;',
  "lib/tools/hook.ts": 'import { useState } from "react";\nexport const h = useState;',
  "lib/tools/wrapper.ts": 'import { route } from "#lib/http/route.ts";\nexport const r = route;',
  "lib/tools/schema.ts": 'import { env } from "#lib/core/env.ts";\nexport const e = env;',
  "lib/tools/fixture.ts": 'import { fresh } from "#db/testing/fresh.ts";\nexport const f = fresh;',
  "lib/tools/tooling.ts": 'import { job } from "#scripts/job.ts";\nexport const t = job;',
  "scripts/job.ts": "export const job = 1;",
  "lib/tools/minted.ts": 'import { ctx } from "#lib/testing/ctx.ts";\nexport const m = ctx;',
  "lib/testing/ctx.ts": 'import { list } from "#lib/tools/service.ts";\nexport const ctx = list;',
  "lib/tools/one.ts": 'import { two } from "./two.ts";\nexport const one = () => two;',
  "lib/tools/two.ts": 'import { one } from "./one.ts";\nexport const two = () => one;',
  "lib/tools/alone.ts": "export const alone = 1;",
  "lib/tools/lost.ts": 'import { gone } from "#lib/core/gone.ts";\nexport const l = gone;',
  "lib/tools/service.test.ts": 'import { list } from "./service.ts";\nexport const t = list;',
  "lib/tools/leaf.ts": 'import { t } from "./service.test.ts";\nexport const l = t;',
  "lib/tools/misc.ts": 'import { m } from "#lib/misc/m.ts";\nexport const x = m;',
  "lib/misc/m.ts": "export const m = 1;",
  "lib/http/route.ts":
    'import { errors } from "#lib/core/errors.ts";\nexport const route = errors;',
  "lib/auth/session.ts":
    'import { headers } from "next/headers";\nimport "#lib/core/errors.ts";\nexport const session = headers;',
  "lib/auth/other-tenant.ts": 'import "#lib/core/errors.ts";\nexport const ctxAcross = 1;',
  "lib/offers/crossing.ts":
    'import { ctxAcross } from "#lib/auth/other-tenant.ts";\nexport const pass = ctxAcross;',
  "lib/tools/beside.ts": 'import { pass } from "#lib/offers/crossing.ts";\nexport const p = pass;',
  "lib/tools/mints.ts":
    'import { ctxAcross } from "#lib/auth/other-tenant.ts";\nexport const c = ctxAcross;',
  "components/list.tsx": 'import { list } from "#lib/tools/service.ts";\nexport const L = list;',
  "components/table.tsx": 'import { tools } from "#db/schema/tools.ts";\nexport const T = tools;',
  "app/page.ts": 'import { client } from "#db/client.ts";\nexport const page = client;',
  "app/(api)/tools/route.ts":
    'import { NextResponse } from "next/server";\nimport { list } from "#lib/tools/service.ts";\nexport const GET = [NextResponse, list];',
  "app/(api)/me/route.ts":
    'import { session } from "#lib/auth/session.ts";\nexport const GET = session;',
  "app/(api)/clean/route.ts":
    'import { route } from "#lib/http/route.ts";\nexport const GET = route;',
};

const run = promisify(execFile);

async function cruise(folder: string): Promise<ICruiseResult> {
  const args = ["--config", join(root, ".dependency-cruiser.mjs"), "--output-type", "json", "."];
  const bin = join(root, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
  const { stdout } = await run(process.execPath, [bin, ...args], {
    cwd: folder,
    maxBuffer: 256 * 1024 * 1024,
  });
  return JSON.parse(stdout) as ICruiseResult;
}

describe("in a product with seeded violations", () => {
  let folder: string;
  let found: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "dependency-rules-"));
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(folder, dirname(path)), { recursive: true });
      await writeFile(join(folder, path), `${text}\n`);
    }
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    const { summary } = await cruise(folder);
    found = summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
  }, 60_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each([
    ["a page that imports the database", "app-not-to-db: app/page.ts"],
    ["a lower tier that imports a higher one", "tier-audit: lib/audit/upward.ts"],
    ["a type imported from a higher tier", "tier-audit: lib/audit/upward-type.ts"],
    ["a domain that imports another of its tier", "tier-memory: lib/memory/sibling.ts"],
    ["a domain that imports a foreign table", "tables-tools: lib/tools/foreign.ts"],
    ["a domain that imports next", "lib-is-framework-free: lib/tools/headers.ts"],
    ["a domain that imports react", "lib-is-framework-free: lib/tools/hook.ts"],
    ["a domain that imports the route wrapper", "domain-not-to-http: lib/tools/wrapper.ts"],
    ["a folder of lib that has no tier", "lib-folder-has-a-tier: lib/tools/misc.ts"],
    [
      "a schema that leads to the environment",
      "browser-reaches-no-server-code: lib/tools/schema.ts",
    ],
    ["a component that imports a service", "browser-not-to-services: components/list.tsx"],
    ["a component that imports a table", "browser-not-to-services: components/table.tsx"],
    ["the database importing a domain", "db-imports-nothing-of-ours: db/client.ts"],
    ["an API route that imports next", "api-not-to-next: app/(api)/tools/route.ts"],
    ["an API route that reaches next by a detour", "api-reaches-no-next: app/(api)/me/route.ts"],
    ["product code that imports test support", "product-not-to-test-support: lib/tools/fixture.ts"],
    ["product code that mints a test's caller", "product-not-to-test-support: lib/tools/minted.ts"],
    ["product code that imports a script", "product-not-to-tooling: lib/tools/tooling.ts"],
    ["a module that imports a test", "not-to-test: lib/tools/leaf.ts"],
    ["another way between tenants", "offers-cross-here: lib/tools/beside.ts"],
    ["another tenant minted elsewhere", "other-tenants-are-minted-there: lib/tools/mints.ts"],
    ["a cycle", "no-circular: lib/tools/one.ts"],
    ["an orphan", "no-orphans: lib/tools/alone.ts"],
    ["an import that leads nowhere", "not-to-unresolvable: lib/tools/lost.ts"],
  ])("%s is caught", (_, violation) => {
    expect(found).toContain(violation);
  });

  test.each([
    "lib/tools/service.ts",
    "lib/auth/session.ts",
    "lib/http/route.ts",
    "lib/testing/ctx.ts",
    "lib/offers/crossing.ts",
    "app/(api)/clean/route.ts",
  ])("%s, which breaks no rule, is not reported", (path) => {
    expect(found.filter((violation) => violation.endsWith(`: ${path}`))).toEqual([]);
  });
});

test("the real tree is cruised, so that no violation passes for want of modules", async () => {
  const { modules } = await cruise(root);
  const own = modules.filter(
    ({ source, coreModule, couldNotResolve }) =>
      !coreModule && !couldNotResolve && !source.includes("node_modules"),
  );
  expect(own.length).toBeGreaterThan(20);
}, 60_000);

test("no domain stands in two tiers", () => {
  const names = tiers.flat();
  expect(new Set(names).size).toBe(names.length);
});
