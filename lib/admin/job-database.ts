import type { Db } from "pg-boss";
import type { Row, RowList } from "postgres";
import type { Pool } from "#db/pool.ts";
import { isJsonObject } from "#lib/core/json.ts";

/** PostgreSQL's types json and jsonb, which our connections give as text. */
const jsonTypes = new Set([114, 3802]);

/** pg-boss counts on node-postgres: objects go out as JSON text. */
function toParameter(value: unknown): unknown {
  if (value === undefined) return null;
  const plain = isJsonObject(value) && !(value instanceof Date) && !(value instanceof Uint8Array);
  return plain ? JSON.stringify(value) : value;
}

function toRows(result: RowList<Row[]>): Row[] {
  const names = (result.columns ?? [])
    .filter((column) => jsonTypes.has(column.type))
    .map((column) => column.name);
  if (names.length > 0) {
    for (const row of result) {
      for (const name of names) {
        if (typeof row[name] === "string") row[name] = JSON.parse(row[name]);
      }
    }
  }
  return [...result];
}

/**
 * pg-boss on our own pool, so that the process has one driver. Each call holds one connection: its
 * scripts open and close transactions within themselves, and one that fails must not leave its
 * transaction to the connection's next user.
 */
export function jobDatabase(pool: Pool): Db {
  return {
    executeSql: (text, values) =>
      pool.exclusive(async (session) => {
        const parameters = (values ?? []).map(toParameter);
        const result = (await session.unsafe(text, parameters as never[])) as unknown[];
        // A script of several statements answers a plain array with one list of rows for each.
        const lists = ("columns" in result ? [result] : result) as RowList<Row[]>[];
        return { rows: lists.flatMap(toRows) };
      }),
  };
}
