import { notFound } from "#lib/core/errors.ts";
import type { DriverScope } from "../scope.ts";
import type { Column, DatabaseOverview, TableDescription, TableSummary } from "./browse-schema.ts";
import type { DatabaseConnection } from "./connection-schema.ts";
import { begin } from "./read.ts";
import { type Session, withSession } from "./sessions.ts";
import { asText } from "./values.ts";
import { visibleColumns, visibleTables } from "./visible.ts";

const mostTables = 1_000;

const relations = `
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and has_schema_privilege(n.oid, 'USAGE')
    and (has_table_privilege(c.oid, 'SELECT') or has_any_column_privilege(c.oid, 'SELECT'))`;

const kind = `case c.relkind when 'v' then 'view' when 'm' then 'materialized view'
  when 'f' then 'foreign table' else 'table' end`;

/** The columns of a table that the database user may read, in their order; none where it may not. */
export async function columnsOfTable(
  session: Session,
  schema: string,
  table: string,
): Promise<Column[]> {
  const { rows } = await session.run({
    text: `select a.attname, format_type(a.atttypid, a.atttypmod), (not a.attnotnull)::text,
        pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum),
        (select array_position(i.indkey::int2[], a.attnum) + 1 from pg_index i
          where i.indrelid = c.oid and i.indisprimary)::text
      from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum, (
        select c.oid ${relations} and n.nspname = $1 and c.relname = $2) c
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        and has_column_privilege(c.oid, a.attnum, 'SELECT')
      order by a.attnum`,
    values: [schema, table],
    types: asText,
  });
  return (rows as (string | null)[][]).map(([name, type, nullable, fallback, comment, key]) => ({
    name: name ?? "",
    type: type ?? "",
    nullable: nullable === "true",
    default: fallback ?? null,
    comment: comment ?? null,
    key: key === null || key === undefined ? null : Number(key),
  }));
}

async function tablesOf(
  session: Session,
  { limits }: DriverScope,
  schema: string | null,
  table: string | null,
): Promise<TableSummary[]> {
  const visible = visibleTables(limits);
  const { rows } = await session.run({
    text: `select n.nspname, c.relname, ${kind}, obj_description(c.oid, 'pg_class') ${relations}
        and ($1::text is null or n.nspname = $1) and ($2::text is null or c.relname = $2)
        and ($3::jsonb is null or $3::jsonb ? (n.nspname || '.' || c.relname))
      order by n.nspname, c.relname limit ${mostTables + 1}`,
    values: [schema, table, visible === null ? null : JSON.stringify(visible)],
    types: asText,
  });
  return (rows as string[][]).map(([schemaName = "", name = "", what = "", comment]) => ({
    ...{ schema: schemaName, name, kind: what as TableSummary["kind"] },
    comment: comment ?? null,
  }));
}

/** The schemas and tables that the caller may read, of one schema where it is named. */
export function browseDatabase(
  scope: DriverScope,
  connection: DatabaseConnection,
  schema: string | null,
): Promise<DatabaseOverview> {
  const { read_login, statement_timeout_ms } = connection;
  return withSession(scope, read_login, statement_timeout_ms, async (session) => {
    await begin(session, "read only", connection);
    const found = await tablesOf(session, scope, schema, null);
    const tables = found.slice(0, mostTables);
    if (schema !== null && tables.length === 0) throw notFound("schema", schema);
    const schemas = [...new Set(tables.map((each) => each.schema))];
    return { schemas, tables, truncated: found.length > mostTables };
  });
}

/** A table's columns as far as a grant shows them; `not_found` for any other table. */
export function describeTable(
  scope: DriverScope,
  connection: DatabaseConnection,
  schema: string,
  table: string,
): Promise<TableDescription> {
  const { read_login, statement_timeout_ms } = connection;
  return withSession(scope, read_login, statement_timeout_ms, async (session) => {
    await begin(session, "read only", connection);
    const id = `${schema}.${table}`;
    const [found] = await tablesOf(session, scope, schema, table);
    if (!found) throw notFound("table", id);
    const columns = await columnsOfTable(session, schema, table);
    const names = columns.map(({ name }) => name);
    const visible = new Set(scope.limits.flatMap((each) => visibleColumns(each, id, names) ?? []));
    // An expression may name a column that is hidden, and say what it holds.
    const isWhole = scope.limits.some(({ columns_hidden = [] }) => columns_hidden.length === 0);
    const shown = columns.filter(({ name }) => visible.has(name));
    return {
      ...found,
      columns: isWhole ? shown : shown.map((column) => ({ ...column, default: null })),
    };
  });
}
