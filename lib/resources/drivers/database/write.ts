import { AppError } from "#lib/core/errors.ts";
import type { DriverScope } from "../scope.ts";
import type { DatabaseConnection, Executed, ExecuteInput } from "./connection-schema.ts";
import { withoutRows } from "./errors.ts";
import { begin, isFree } from "./read.ts";
import { withSession } from "./sessions.ts";
import { asText, bindable, columnsOf, rowsOf } from "./values.ts";

/** Command tags of what changes data alone; SELECT is not one: CREATE TABLE AS has it as well. */
const dataCommands = new Set(["INSERT", "UPDATE", "DELETE", "MERGE"]);
const mostReturned = 1_000;
const largestReturned = 1024 * 1024;

type Limits = DriverScope["limits"];

/** The rows that one of the grants lets its holder have of any table; 0 where none does. */
function freeRows(limits: Limits, most: number): number {
  return Math.max(0, ...limits.filter(isFree).map(({ max_rows }) => max_rows ?? most));
}

/** How many rows a statement may return, which takes `read` besides; throws `forbidden`. */
function returnable({ limits }: DriverScope, { max_rows }: DatabaseConnection, reads: Limits) {
  const written = freeRows(limits, max_rows);
  if (written > 0) return Math.min(written, freeRows(reads, max_rows), max_rows, mostReturned);
  throw new AppError(
    "forbidden",
    "Your access is limited to tables or columns, so statements of your own cannot be run.",
  );
}

/**
 * One statement in a transaction of its own, committed when it succeeded. In mode `write` what it was
 * is told by PostgreSQL's own command tag: anything but a change of data is rolled back and refused.
 * Rows that it returns, and errors that may quote some, are for who has a way to `read` in `reads`.
 * Throws `invalid_request`, `forbidden`, `upstream_failed` and `unavailable`; nothing is changed then.
 */
export async function executeInDatabase(
  scope: DriverScope,
  connection: DatabaseConnection,
  { sql, params, mode }: ExecuteInput,
  reads: Limits,
): Promise<Executed> {
  const mostRows = returnable(scope, connection, reads);
  const mayRead = mostRows > 0;
  const login = mode === "write" ? connection.write_login : undefined;
  return withSession(scope, login, connection.statement_timeout_ms, async (session) => {
    if (mode === "admin") session.retire();
    await begin(session, "read write", connection);
    const told = (error: unknown) => Promise.reject(mayRead ? error : withoutRows(error));
    const statement = { text: sql, values: bindable(params), types: asText };
    const result = await session.run(statement).catch(told);
    const command = String(result.command ?? "");
    if (mode === "write" && !dataCommands.has(command)) {
      const detail = `${command || "The statement"} is no INSERT, UPDATE, DELETE or MERGE, so nothing was done. It needs mode admin.`;
      throw new AppError("forbidden", detail);
    }
    const rows = mayRead ? rowsOf(result) : [];
    if (rows.length > mostRows || JSON.stringify(rows).length > largestReturned) {
      const detail = `The statement returns more than ${mostRows} rows or ${largestReturned} bytes, so nothing was done. Return less.`;
      throw new AppError("invalid_request", detail);
    }
    const columns = mayRead ? await columnsOf(session, result.fields) : [];
    // COMMIT of a transaction that the statement has ended answers ROLLBACK or nothing to commit.
    const committed = await session.run({ text: "commit" }).catch(told);
    if (committed.command !== "COMMIT") {
      throw new AppError(
        "invalid_request",
        "The statement ended its own transaction, so nothing was done.",
      );
    }
    return {
      command,
      affected_rows: result.rowCount,
      returned:
        columns.length === 0 ? null : { columns, rows, row_count: rows.length, next_cursor: null },
    };
  });
}
