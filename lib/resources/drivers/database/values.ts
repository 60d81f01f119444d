import type { FieldDef, QueryResult } from "pg";
import { findExactJson } from "#lib/core/json.ts";
import type { Session } from "./sessions.ts";

const oid = {
  bool: 16,
  int8: 20,
  int2: 21,
  int4: 23,
  json: 114,
  float4: 700,
  float8: 701,
  jsonb: 3802,
};

function numberOf(text: string): unknown {
  const value = Number(text);
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
    ? value
    : text;
}

/** A value as JSON carries it exactly; anything else as PostgreSQL writes it. */
function toJson(text: string | null, type: number): unknown {
  if (text === null) return null;
  switch (type) {
    case oid.bool:
      return text === "t";
    case oid.int2:
    case oid.int4:
    case oid.int8:
    case oid.float4:
    case oid.float8:
      return numberOf(text);
    case oid.json:
    case oid.jsonb:
      return (findExactJson(text) ?? { value: text }).value;
    default:
      return text;
  }
}

/** Every value arrives as PostgreSQL's text, so that nothing is rounded on the way. */
export const asText = { getTypeParser: () => (text: string) => text };

export function rowsOf({ rows, fields }: QueryResult): unknown[][] {
  return (rows as (string | null)[][]).map((row) =>
    row.map((text, at) => toJson(text, fields[at]?.dataTypeID ?? 0)),
  );
}

/** Parameters as text, whose types PostgreSQL infers; lists and objects as JSON. */
export function bindable(params: readonly unknown[]): (string | null)[] {
  return params.map((value) => {
    if (value === null || value === undefined) return null;
    return typeof value === "string" ? value : JSON.stringify(value);
  });
}

/** The columns of a result with the names of their types, which each connection asks for once. */
export async function columnsOf(
  session: Session,
  fields: readonly FieldDef[],
): Promise<{ name: string; type: string }[]> {
  const { typeNames } = session;
  const unknown = [...new Set(fields.map(({ dataTypeID }) => dataTypeID))].filter(
    (id) => !typeNames.has(id),
  );
  if (unknown.length > 0) {
    const { rows } = await session.run({
      text: "select o::int8::text, format_type(o, null) from unnest($1::oid[]) o",
      values: [`{${unknown.join(",")}}`],
      types: asText,
    });
    for (const [id, name] of rows as [string, string][]) typeNames.set(Number(id), name);
  }
  return fields.map(({ name, dataTypeID }) => ({
    name,
    type: typeNames.get(dataTypeID) ?? "unknown",
  }));
}
