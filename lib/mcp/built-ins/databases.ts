import { z } from "zod";
import {
  executeInput,
  queryInput,
  selectInput,
} from "#lib/resources/drivers/database/connection-schema.ts";
import {
  browseResource,
  describeResourceTable,
  executeOnResource,
  queryResource,
  selectResource,
} from "#lib/resources/use/database.ts";
import { builtIn } from "./built-in.ts";

const of = { resource_id: z.string().min(1).max(200).describe("A database of resource_list.") };
const reading = { kinds: ["database"], permissions: ["read"] } as const;

export const databaseTools = [
  builtIn({
    name: "resource_tables",
    title: "Look at a database's tables",
    description:
      "Lists the schemas and tables of a database resource, or with `table` that table's columns, their types, keys and comments. Look before you write SQL.",
    permission: "resources:read",
    use: reading,
    annotations: { readOnlyHint: true },
    input: z.object({
      ...of,
      schema: z.string().min(1).max(63).optional().describe("This schema's alone."),
      table: z.string().min(1).max(63).optional().describe("Of `schema`, else of public."),
    }),
    run: (ctx, { resource_id, schema, table }, signal) =>
      table === undefined
        ? browseResource(ctx, resource_id, schema ?? null, signal)
        : describeResourceTable(ctx, resource_id, { schema: schema ?? "public", table }, signal),
  }),
  builtIn({
    name: "resource_query",
    title: "Query a database",
    description:
      "Runs one SELECT on a database resource, read only. Values go into `params` as $1, $2, …; `next_cursor` brings the rows after.",
    permission: "resources:read",
    use: reading,
    annotations: { readOnlyHint: true },
    input: queryInput.extend(of),
    run: (ctx, { resource_id, ...query }, signal) => queryResource(ctx, resource_id, query, signal),
  }),
  builtIn({
    name: "resource_select",
    title: "Read a table",
    description:
      "Reads rows of one table of a database resource without SQL: columns, conditions, order. Where you were granted some tables or columns alone, this works and resource_query does not.",
    permission: "resources:read",
    use: reading,
    annotations: { readOnlyHint: true },
    input: selectInput.extend(of),
    run: (ctx, { resource_id, ...query }, signal) =>
      selectResource(ctx, resource_id, query, signal),
  }),
  builtIn({
    name: "resource_execute",
    title: "Change a database",
    description:
      "Runs one statement that changes a database resource, in a transaction of its own: INSERT, UPDATE, DELETE or MERGE; with mode admin anything, DDL too. Values go into `params`.",
    permission: "resources:write",
    use: { kinds: ["database"], permissions: ["write", "admin"] },
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false },
    input: executeInput.extend(of),
    run: (ctx, { resource_id, ...statement }, signal) =>
      executeOnResource(ctx, resource_id, statement, signal),
  }),
];
