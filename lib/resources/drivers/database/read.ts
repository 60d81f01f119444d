import { createHash } from "node:crypto";
import { AppError } from "#lib/core/errors.ts";
import { decodeCursor, encodeCursor } from "#lib/core/page.ts";
import type { DriverScope } from "../scope.ts";
import type { DatabaseConnection, QueryInput, ResultSet } from "./connection-schema.ts";
import { inOwnText } from "./errors.ts";
import { type Session, withSession } from "./sessions.ts";
import { asText, bindable, columnsOf, rowsOf } from "./values.ts";

const largestAnswer = 1024 * 1024;
const batch = 100;
const declare = "declare answer no scroll cursor for\n";

/** A question to a database, whose text and parameters are fixed. */
export interface Question {
  sql: string;
  params: readonly unknown[];
  maxRows: number;
  cursor?: string | undefined;
}

/** A cursor is for this very question alone. */
function digestOf({ sql, params }: Question): string {
  return createHash("sha256")
    .update(JSON.stringify([sql, params]))
    .digest("base64url")
    .slice(0, 16);
}

function offsetOf(question: Question): number {
  if (question.cursor === undefined) return 0;
  const [digest, text = ""] = decodeCursor(question.cursor, 2);
  const offset = Number(text);
  if (digest === digestOf(question) && Number.isSafeInteger(offset) && offset > 0) return offset;
  const message = "is of another question; send the same sql and params, or no cursor";
  throw new AppError("invalid_request", `/cursor ${message}`, {
    errors: [{ pointer: "/cursor", message }],
  });
}

/** Opens the transaction of one caller: what PostgreSQL is to enforce, before anything of theirs runs. */
export async function begin(
  session: Session,
  mode: "read only" | "read write",
  { statement_timeout_ms: timeoutMs }: DatabaseConnection,
): Promise<void> {
  await session.run({ text: `begin ${mode}` });
  await session.run({
    text: "select set_config('statement_timeout', $1, true), set_config('search_path', 'public', true)",
    values: [String(timeoutMs)],
  });
}

function tooLarge(): AppError {
  return new AppError(
    "invalid_request",
    `A row is larger than ${largestAnswer} bytes of JSON. Ask for fewer columns.`,
  );
}

/** Rows until the answer is full; `more` where there are others. */
async function gather(session: Session, question: Question, timeoutMs: number) {
  const rows: unknown[][] = [];
  let fields: Awaited<ReturnType<Session["run"]>>["fields"] = [];
  let bytes = 0;
  for (;;) {
    const wanted = Math.min(batch, question.maxRows + 1 - rows.length);
    // A function of the statement may have lifted the limit for what comes after it.
    await session.run({ text: `set local statement_timeout = ${timeoutMs}` });
    const fetched = await session.run({
      text: `fetch forward ${wanted} from answer`,
      types: asText,
    });
    fields = fetched.fields;
    for (const row of rowsOf(fetched)) {
      bytes += Buffer.byteLength(JSON.stringify(row));
      if (bytes > largestAnswer && rows.length === 0) throw tooLarge();
      if (bytes > largestAnswer || rows.length === question.maxRows)
        return { rows, fields, more: true };
      rows.push(row);
    }
    if (fetched.rows.length < wanted) return { rows, fields, more: false };
  }
}

/** Answers one SELECT in a transaction that PostgreSQL holds to be read only. */
export async function ask(
  session: Session,
  connection: DatabaseConnection,
  question: Question,
): Promise<ResultSet> {
  const offset = offsetOf(question);
  const timeoutMs = connection.statement_timeout_ms;
  // A cursor's query is by PostgreSQL's own grammar one SELECT or VALUES, whatever the text says.
  await session
    .run({ text: declare + question.sql, values: bindable(question.params) })
    .catch((error: unknown) => {
      throw inOwnText(error, declare);
    });
  if (offset > 0) await session.run({ text: `move forward ${offset} in answer` });
  const { rows, fields, more } = await gather(session, question, timeoutMs);
  return {
    columns: await columnsOf(session, fields),
    rows,
    row_count: rows.length,
    next_cursor: more ? encodeCursor(digestOf(question), String(offset + rows.length)) : null,
  };
}

/** Whether a grant lets its holder write SQL of their own: what it says cannot be narrowed by table. */
export function isFree({ tables, columns_hidden }: DriverScope["limits"][number]): boolean {
  return tables === undefined && (columns_hidden === undefined || columns_hidden.length === 0);
}

/** The rows that one answer may have; throws `forbidden` where every grant is narrowed by table. */
function freeRows({ limits }: DriverScope, most: number): number {
  const free = limits.filter(isFree);
  if (free.length === 0) {
    const detail =
      "Your access is limited to tables or columns, so SQL of your own cannot be run. Select from a table instead.";
    throw new AppError("forbidden", detail);
  }
  return Math.max(...free.map(({ max_rows }) => Math.min(max_rows ?? most, most)));
}

/**
 * One SELECT, in a read-only transaction that is rolled back, as the connection's `read_login`.
 * Parameters are bound. Throws `invalid_request` with what PostgreSQL says, `forbidden`,
 * `upstream_failed` and `unavailable`.
 */
export async function queryDatabase(
  scope: DriverScope,
  connection: DatabaseConnection,
  { sql, params, max_rows, cursor }: QueryInput,
): Promise<ResultSet> {
  const maxRows = Math.min(max_rows ?? connection.max_rows, freeRows(scope, connection.max_rows));
  const { read_login, statement_timeout_ms } = connection;
  return withSession(scope, read_login, statement_timeout_ms, async (session) => {
    await begin(session, "read only", connection);
    return ask(session, connection, { sql, params, maxRows, cursor });
  });
}
