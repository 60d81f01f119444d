import { PgDatabase, PgDialect } from "drizzle-orm/pg-core";
import { type PostgresJsQueryResultHKT, PostgresJsSession } from "drizzle-orm/postgres-js";
import type { Row, Sql } from "postgres";
import { database, type RolePool } from "./client.ts";
import type { Session } from "./pool.ts";

/** A Drizzle handle bound to one open transaction. */
export type Tx = PgDatabase<PostgresJsQueryResultHKT, Record<string, never>>;

const dialect = new PgDialect();

function ormOn(session: Session): Tx {
  const driver = new PostgresJsSession(session as unknown as Sql, dialect, undefined);
  return new PgDatabase(dialect, driver, undefined) as Tx;
}

/** Sends the statements that open a transaction; they share the flush of what follows them. */
function opening(session: Session, pool: RolePool, tenantId: string | null): Promise<unknown>[] {
  const sent: Promise<unknown>[] = [session.unsafe("begin").execute()];
  if (pool.setRole) sent.push(session.unsafe(pool.setRole).execute());
  if (tenantId !== null) {
    sent.push(
      session
        .unsafe("select set_config('app.tenant_id', $1, true)", [tenantId], { prepare: true })
        .execute(),
    );
  }
  return sent;
}

function transact<T>(
  pool: RolePool,
  tenantId: string | null,
  run: (tx: Tx) => Promise<T>,
): Promise<T> {
  return pool.exclusive(async (session) => {
    const opened = Promise.all(opening(session, pool, tenantId));
    opened.catch(() => undefined);
    const result = await run(ormOn(session));
    await opened;
    // PostgreSQL answers the commit of a failed transaction with ROLLBACK and no error.
    const committed = await session.last("commit");
    if (committed.command !== "COMMIT") throw new Error("The transaction was rolled back");
    return result;
  });
}

/**
 * Runs `run` in one transaction of the app role that sees this tenant's rows alone: row-level
 * security compares `tenant_id` with `app.tenant_id`, which is set for the transaction only.
 */
export function withTenant<T>(tenantId: string, run: (tx: Tx) => Promise<T>): Promise<T> {
  return transact(database().app, tenantId, run);
}

/** Runs `run` in one transaction of the platform role, which sees every tenant. Audit its verbs. */
export function withPlatform<T>(run: (tx: Tx) => Promise<T>): Promise<T> {
  return transact(database().platform, null, run);
}

export type Parameter = string | number | boolean | Date | Buffer | null | string[];

/** Behind a pooler the role must be set first, so the statement gets a transaction around it. */
async function one(
  pool: RolePool,
  text: string,
  parameters: Parameter[],
  kind: "statement" | "read" = "statement",
): Promise<Row[]> {
  if (pool.setRole === null) return pool[kind](text, parameters);
  return pool.exclusive(async (session) => {
    const opened = opening(session, pool, null);
    const statement = session.unsafe(text, parameters as never[], { prepare: true }).execute();
    const settled = await Promise.allSettled([
      ...opened,
      statement,
      session.last("commit").execute(),
    ]);
    for (const outcome of settled) if (outcome.status === "rejected") throw outcome.reason;
    return statement as unknown as Promise<Row[]>;
  });
}

/**
 * Opens every text for `tenantStatement`: sets the tenant, `$1`, for the statement's transaction.
 * What reads a table must draw `tenant_id` from `scope` in a LATERAL subquery that ends in OFFSET 0,
 * so that the setting comes first; where it did not, row-level security would show no row at all.
 */
export const tenantScope =
  "with scope as materialized (select set_config('app.tenant_id', $1, true) as tenant_id)";

/**
 * One prepared statement, which is a tenant transaction by itself: one round trip, for hot verbs.
 * `text` is constant and begins with `tenantScope`; `rest` is `$2` and on. JSON travels as text.
 */
export async function tenantStatement(
  tenantId: string,
  text: string,
  rest: Parameter[],
): Promise<Row[]> {
  return one(database().app, text, [tenantId, ...rest]);
}

/** `tenantStatement` for a short one that writes nothing: reads of one moment travel together. */
export async function tenantRead(
  tenantId: string,
  text: string,
  rest: Parameter[],
): Promise<Row[]> {
  return one(database().app, text, [tenantId, ...rest], "read");
}

/** One prepared statement of the platform role, a transaction by itself. */
export async function platformStatement(text: string, parameters: Parameter[]): Promise<Row[]> {
  return one(database().platform, text, parameters);
}
