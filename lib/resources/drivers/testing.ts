import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { afterAll, beforeAll, inject } from "vitest";
import { parseEgressAllow } from "#lib/core/egress.ts";
import type { DriverScope } from "./scope.ts";

/** A database of a tenant on the tests' server: its own login, which is no superuser, owns it. */
export interface TenantDatabase {
  /** `postgres://…`, password included. */
  url: string;
  /** Runs statements as the login, past the driver. */
  run(sql: string): Promise<Record<string, unknown>[]>;
}

/**
 * Makes a database for the suite and drops it at the end; `setUp` is run in it as its owner, on the
 * suite's server unless a superuser's address names another.
 */
export function useTenantDatabase(
  setUp: string,
  serverUrl: () => string = () => inject("clusterUrl"),
): TenantDatabase {
  const name = `tenant_${randomBytes(6).toString("hex")}`;
  const password = randomBytes(9).toString("base64url");
  let own: ReturnType<typeof postgres> | undefined;
  const made: TenantDatabase = {
    url: "",
    run: async (sql) => (own ? [...(await own.unsafe(sql))] : []),
  };

  beforeAll(async () => {
    const admin = postgres(serverUrl(), { max: 1, onnotice: () => undefined });
    await admin.unsafe(`create role ${name} login password '${password}'`);
    await admin.unsafe(`create database ${name} owner ${name} template template0`);
    await admin.end();
    const url = new URL(serverUrl());
    Object.assign(url, { username: name, password, pathname: `/${name}` });
    own = postgres(url.href, { max: 1, onnotice: () => undefined });
    await own.unsafe(setUp);
    url.searchParams.set("sslmode", "disable");
    made.url = url.href;
  });

  afterAll(async () => {
    await own?.end();
    const admin = postgres(serverUrl(), { max: 1, onnotice: () => undefined });
    await admin.unsafe(`drop database if exists ${name} with (force)`);
    await admin.unsafe(`drop role if exists ${name}`);
    await admin.end();
  });
  return made;
}

/** A scope that reaches loopback, of a tenant and resource that exist nowhere else. */
export function scopeOf(address: string, change: Partial<DriverScope> = {}): DriverScope {
  return {
    tenantId: `t-${randomBytes(4).toString("hex")}`,
    resourceId: "r",
    address,
    egress: parseEgressAllow("127.0.0.1,localhost,[::1]"),
    limits: [{}],
    secret: (name) => Promise.reject(new Error(`There is no secret ${name}`)),
    redact: (value) => value,
    ...change,
  };
}
