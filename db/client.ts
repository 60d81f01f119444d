import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres, { type Sql } from "postgres";

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
export interface RolePool {
  sql: Sql;
  /** Statement that each transaction must begin with; null when connections start in the role. */
  setRole: string | null;
}

/** Everything this process uses of PostgreSQL. */
export interface Database {
  url: string;
  app: RolePool;
  platform: RolePool;
  /** The login role that owns the tables: migrations, partitions, jobs and LISTEN. */
  owner: Sql;
  close(): Promise<void>;
}

export interface ConnectOptions {
  url: string;
  /** Connections of the app pool; the platform's and the owner's are a few more. */
  maxConnections?: number;
  applicationName?: string;
}

function open(url: string, max: number, parameters: Record<string, string>): Sql {
  return postgres(url, {
    max,
    idle_timeout: 0,
    connect_timeout: 15,
    onnotice: () => undefined,
    connection: parameters,
    types: { json: textJson, date: times },
  }) as unknown as Sql;
}

/**
 * Connections start in their role; where a pooler such as PgBouncer refuses or drops that
 * parameter, each transaction sets the role instead.
 */
async function openAs(role: RoleName, options: ConnectOptions, max: number): Promise<RolePool> {
  const name = { application_name: options.applicationName ?? "tausestack" };
  const sql = open(options.url, max, { ...name, role });
  try {
    const [row] = await sql`select current_user as name`;
    if (row?.name === role) return { sql, setRole: null };
  } catch (error) {
    const refused = error instanceof postgres.PostgresError && error.code === "08P01";
    if (!refused) {
      await sql.end({ timeout: 1 });
      throw error;
    }
  }
  await sql.end({ timeout: 1 });
  return { sql: open(options.url, max, name), setRole: `set local role ${role}` };
}

/** Opens the pools on a migrated database. Rejects with PostgreSQL's own error when it cannot. */
export async function connect(options: ConnectOptions): Promise<Database> {
  const app = await openAs("tausestack_app", options, options.maxConnections ?? 10);
  const platform = await openAs("tausestack_platform", options, 3);
  const owner = open(options.url, 3, {
    application_name: `${options.applicationName ?? "tausestack"} owner`,
  });
  return {
    url: options.url,
    app,
    platform,
    owner,
    async close() {
      await Promise.all([app.sql, platform.sql, owner].map((sql) => sql.end({ timeout: 5 })));
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
