import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres, { type Sql } from "postgres";
import { arrayTypes } from "./arrays.ts";
import { createPool, type OpenConnection, type Pool } from "./pool.ts";

/** `json` and `jsonb` travel as text: Drizzle and the hot statements stringify and parse themselves. */
const textJson = {
  to: 114,
  from: [114, 3802],
  serialize: (x: string) => x,
  parse: (x: string) => x,
};

/**
 * A serializer that throws leaves postgres.js's connection waiting for ever, so this one lets
 * PostgreSQL judge what is no time; text such as `-infinity` passes.
 */
const times = {
  to: 1184,
  from: [1082, 1114, 1184],
  serialize: (x: Date | string) =>
    x instanceof Date && !Number.isNaN(x.getTime()) ? x.toISOString() : String(x),
  parse: (x: string) => new Date(x),
};

type RoleName = "tausestack_app" | "tausestack_platform";

/** A pool whose transactions run as one database role. */
export interface RolePool extends Pool {
  /** Statement that each transaction must begin with; null when connections start in the role. */
  setRole: string | null;
}

/** Everything this process uses of PostgreSQL. */
export interface Database {
  url: string;
  app: RolePool;
  platform: RolePool;
  /** The login role that owns the tables, for what is not hot: partitions and LISTEN. */
  owner: Sql;
  /** The login role too, for transactions. */
  jobs: Pool;
  close(): Promise<void>;
}

export interface ConnectOptions {
  url: string;
  /** Connections of the app role; the platform's and the owner's are a few more. */
  maxConnections?: number;
  applicationName?: string;
}

function open(
  url: string,
  max: number,
  parameters: Record<string, string>,
  onclose: () => void = () => undefined,
): Sql {
  return postgres(url, {
    max,
    onclose,
    idle_timeout: 0,
    // A connection's end of life would come amid a transaction.
    max_lifetime: null,
    connect_timeout: 15,
    onnotice: () => undefined,
    connection: parameters,
    fetch_types: false,
    types: { json: textJson, date: times, ...arrayTypes },
  }) as unknown as Sql;
}

/** A prepared statement is planned once a connection, not anew for each set of parameters. */
const planOnce = { plan_cache_mode: "force_generic_plan" };

/** True where connections start in the role; false where a pooler refuses or drops that parameter. */
async function startsInRole(url: string, role: RoleName): Promise<boolean> {
  const sql = open(url, 1, { ...planOnce, role });
  try {
    const [row] = await sql`select current_user as name`;
    return row?.name === role;
  } catch (error) {
    if (error instanceof postgres.PostgresError && error.code === "08P01") return false;
    throw error;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/**
 * Few, so that statements share a connection in busy times, and so writes to its socket; enough for
 * PostgreSQL to commit several at once: those of one connection wait in line.
 */
const mostShared = 8;

/** Connections that start in their role; behind PgBouncer and the like each transaction sets it. */
async function openAs(role: RoleName, options: ConnectOptions, max: number): Promise<RolePool> {
  const name = { application_name: options.applicationName ?? "tausestack" };
  const starts = await startsInRole(options.url, role);
  const connection: OpenConnection = (onClose) =>
    open(options.url, 1, starts ? { ...name, ...planOnce, role } : name, onClose);
  return {
    ...createPool(connection, { shared: Math.min(max, mostShared), exclusive: max }),
    setRole: starts ? null : `set local role ${role}`,
  };
}

/** Opens the pools on a migrated database. Rejects with PostgreSQL's own error when it cannot. */
export async function connect(options: ConnectOptions): Promise<Database> {
  const half = Math.ceil((options.maxConnections ?? 10) / 2);
  const app = await openAs("tausestack_app", options, half);
  const platform = await openAs("tausestack_platform", options, 2);
  const ownName = { application_name: `${options.applicationName ?? "tausestack"} owner` };
  const owner = open(options.url, 2, ownName);
  const jobs = createPool((onClose) => open(options.url, 1, ownName, onClose), {
    ...{ shared: 1, exclusive: 2 },
  });
  return {
    url: options.url,
    app,
    platform,
    owner,
    jobs,
    async close() {
      await Promise.all([app.close(), platform.close(), jobs.close(), owner.end({ timeout: 5 })]);
    },
  };
}

/** A short-lived pool of the login role, for migrations and administration of databases. */
export function connectOwner(url: string): Sql {
  return open(url, 1, { application_name: "tausestack migrate" });
}

export type Orm = PostgresJsDatabase<Record<string, never>>;

export function ormOf(sql: Sql): Orm {
  return drizzle(sql) as unknown as Orm;
}

const key = Symbol.for("tausestack.database");
const store = globalThis as { [key]?: Database };

/** The process's database, shared by both module graphs; throws before `useDatabase`. */
export function database(): Database {
  const current = store[key];
  if (!current) throw new Error("The database is not connected yet");
  return current;
}

export function useDatabase(next: Database | undefined): void {
  if (next) store[key] = next;
  else delete store[key];
}
