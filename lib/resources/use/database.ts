import type { z } from "zod";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { parse } from "#lib/core/parse.ts";
import { scopeOf, waysFor } from "../access/access.ts";
import { withinNotice } from "../change.ts";
import { browseDatabase, describeTable } from "../drivers/database/browse.ts";
import type { DatabaseOverview, TableDescription } from "../drivers/database/browse-schema.ts";
import {
  type Executed,
  executeInput,
  queryInput,
  type ResultSet,
  selectInput,
} from "../drivers/database/connection-schema.ts";
import { queryDatabase } from "../drivers/database/read.ts";
import { selectFromTable } from "../drivers/database/select.ts";
import { executeInDatabase } from "../drivers/database/write.ts";
import { driverUriOf } from "./driver-uri.ts";
import { auditUse, metered } from "./meter.ts";
import { withResource } from "./open.ts";

const kinds = ["database"] as const;
const mostAudited = 2_000;

const bytesOf = (answer: unknown) => Buffer.byteLength(JSON.stringify(answer));

/**
 * One SELECT of the caller's own on a database resource, read only by PostgreSQL's hand; needs `read`
 * without conditions on tables or columns. Throws `not_found`, `forbidden`, `invalid_request`,
 * `upstream_failed` and `unavailable`.
 */
export function queryResource(
  ctx: Ctx,
  id: string,
  raw: z.input<typeof queryInput>,
  signal?: AbortSignal,
): Promise<ResultSet> {
  const run = async () => {
    authorize(ctx, scopeOf("read"));
    const input = parse(queryInput, raw);
    return withResource(ctx, id, kinds, "read", signal, ({ scope, connection }) =>
      queryDatabase(scope, connection, input),
    );
  };
  return metered(ctx, "query", run, bytesOf);
}

/** Rows of one table, by columns and conditions instead of SQL; needs `read`. Throws as `queryResource`. */
export function selectResource(
  ctx: Ctx,
  id: string,
  raw: z.input<typeof selectInput>,
  signal?: AbortSignal,
): Promise<ResultSet> {
  const run = async () => {
    authorize(ctx, scopeOf("read"));
    const input = parse(selectInput, raw);
    return withResource(ctx, id, kinds, "read", signal, ({ scope, connection }) =>
      selectFromTable(scope, connection, input),
    );
  };
  return metered(ctx, "query", run, bytesOf);
}

/** The schemas and tables of a database resource, of one schema where it is named; needs `read`. */
export function browseResource(
  ctx: Ctx,
  id: string,
  schema: string | null,
  signal?: AbortSignal,
): Promise<DatabaseOverview> {
  return metered(ctx, "browse", () =>
    withResource(ctx, id, kinds, "read", signal, ({ scope, connection }) =>
      browseDatabase(scope, connection, schema),
    ),
  );
}

/** The columns of one table, with their types, keys and comments; needs `read`. */
export function describeResourceTable(
  ctx: Ctx,
  id: string,
  table: { schema: string; table: string },
  signal?: AbortSignal,
): Promise<TableDescription> {
  return metered(ctx, "browse", () =>
    withResource(ctx, id, kinds, "read", signal, ({ scope, connection }) =>
      describeTable(scope, connection, table.schema, table.table),
    ),
  );
}

/**
 * One statement that changes something, in a transaction of its own: data with `write`, anything with
 * `admin`. Rows that it returns are for who has `read` too. The audit log has its text, without the parameters. Throws as `queryResource`; nothing is
 * changed then.
 */
export function executeOnResource(
  ctx: Ctx,
  id: string,
  raw: z.input<typeof executeInput>,
  signal?: AbortSignal,
): Promise<Executed> {
  return metered(ctx, "execute", async () => {
    authorize(ctx, scopeOf("write"));
    const input = parse(executeInput, raw);
    const { mode } = input;
    return withResource(ctx, id, kinds, mode, signal, async (opened) => {
      const { scope, connection, resource } = opened;
      const reads = await waysFor(ctx, resource, "read");
      const done = await executeInDatabase(scope, connection, input, reads);
      const { command, affected_rows } = done;
      const after = { mode, command, affected_rows, sql: input.sql.slice(0, mostAudited) };
      // Its tables are what MCP shows of a database; a change of data leaves them as they are.
      const changes =
        mode === "admin" ? [withinNotice(ctx, "below", driverUriOf(resource, ""))] : [];
      await auditUse(ctx, "resource.execute", id, after, ...changes);
      return done;
    });
  });
}
