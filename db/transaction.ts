import { PgDatabase, PgDialect } from "drizzle-orm/pg-core";
import { type PostgresJsQueryResultHKT, PostgresJsSession } from "drizzle-orm/postgres-js";
import type { ReservedSql, Row, Sql } from "postgres";
import { database, type RolePool } from "./client.ts";

/** A Drizzle handle bound to one open transaction. */
export type Tx = PgDatabase<PostgresJsQueryResultHKT, Record<string, never>>;

const dialect = new PgDialect();

function ormOn(sql: Sql): Tx {
  return new PgDatabase(dialect, new PostgresJsSession(sql, dialect, undefined), undefined) as Tx;
}

/** Sends the statements that open a transaction; they share the flush of what follows them. */
function opening(
  reserved: ReservedSql,
  pool: RolePool,
  tenantId: string | null,
): Promise<unknown>[] {
  const sent: Promise<unknown>[] = [reserved.unsafe("begin").execute()];
  if (pool.setRole) sent.push(reserved.unsafe(pool.setRole).execute());
  if (tenantId !== null) {
    sent.push(
      reserved
        .unsafe("select set_config('app.tenant_id', $1, true)", [tenantId], { prepare: true })
        .execute(),
    );
  }
  return sent;
}

async function transact<T>(
  pool: RolePool,
  tenantId: string | null,
  run: (tx: Tx) => Promise<T>,
): Promise<T> {
  const reserved = await pool.sql.reserve();
  try {
    const opened = Promise.all(opening(reserved, pool, tenantId));
    opened.catch(() => undefined);
    let result: T;
    try {
      result = await run(ormOn(reserved as unknown as Sql));
      await opened;
    } catch (error) {
      await reserved.unsafe("rollback").catch(() => undefined);
      throw error;
    }
    // PostgreSQL answers the commit of a failed transaction with ROLLBACK and no error.
    const committed = await reserved.unsafe("commit");
    if (committed.command !== "COMMIT") throw new Error("The transaction was rolled back");
    return result;
  } finally {
    reserved.release();
  }
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

async function single(
  pool: RolePool,
  tenantId: string | null,
  text: string,
  parameters: Parameter[],
): Promise<Row[]> {
  const reserved = await pool.sql.reserve();
  try {
    const sent = opening(reserved, pool, tenantId);
    const statement = reserved
      .unsafe(text, parameters as never[], { prepare: true })
      .execute() as Promise<Row[]>;
    sent.push(statement, reserved.unsafe("commit").execute());
    const settled = await Promise.allSettled(sent);
    for (const outcome of settled) if (outcome.status === "rejected") throw outcome.reason;
    return await statement;
  } finally {
    reserved.release();
  }
}

/**
 * One prepared statement in a tenant transaction of its own, all of it in one flush: for hot verbs.
 * `text` must be constant, since each connection prepares it once. JSON comes and goes as text.
 */
export function tenantStatement(
  tenantId: string,
  text: string,
  parameters: Parameter[],
): Promise<Row[]> {
  return single(database().app, tenantId, text, parameters);
}

/** The same for the platform role. */
export function platformStatement(text: string, parameters: Parameter[]): Promise<Row[]> {
  return single(database().platform, null, text, parameters);
}
