import { z } from "zod";
import { jsonObject } from "#lib/core/json.ts";
import { secretName } from "#lib/secrets/schema.ts";

const name = z
  .string({ error: "must be a name" })
  .min(1, "must not be empty")
  .max(63, "must have at most 63 characters")
  .refine((text) => !text.includes("\0"), "must not have control characters");

/** A database user of its own: a role set on another's connection could be left by the SQL itself. */
const login = z.strictObject({
  user: name,
  password_secret: secretName,
});

const whole = (max: number) =>
  z
    .number({ error: "must be a whole number" })
    .int("must be a whole number")
    .min(1, "must be at least 1")
    .max(max, `must be at most ${max}`);

/** How a PostgreSQL database is used, besides its address `postgres://user:password@host:port/name`. */
export const databaseConnection = z.strictObject({
  read_login: login.optional().meta({ description: "Who reads; absent: the address's own user." }),
  write_login: login.optional().meta({
    description:
      "Who changes data; absent: the address's own user. Without SELECT it learns of no rows by the conditions of its changes either.",
  }),
  statement_timeout_ms: whole(60_000).default(10_000),
  max_rows: whole(10_000).default(1_000).meta({ description: "Rows in one answer." }),
});

export type DatabaseConnection = z.output<typeof databaseConnection>;
export type DatabaseLogin = z.output<typeof login>;

const parameter = z.union(
  [z.string(), z.number(), z.boolean(), z.null(), z.array(z.unknown()), jsonObject],
  { error: "must be a JSON value" },
);

const rows = whole(10_000).optional().meta({ description: "Rows in the answer, at most." });
const cursor = z
  .string()
  .max(2048)
  .optional()
  .meta({ description: "`next_cursor` of the answer before, to the same question." });

/** One statement; `$1`, `$2`, … are bound to `params`, never put into the text. */
const statement = {
  sql: z
    .string({ error: "must be an SQL statement" })
    .min(1, "must not be empty")
    .max(100_000, "must have at most 100000 characters")
    .refine((text) => !text.includes("\0"), "must not have control characters"),
  params: z.array(parameter).max(1_000).default([]),
};

export const queryInput = z.strictObject({ ...statement, max_rows: rows, cursor });
export type QueryInput = z.output<typeof queryInput>;

export const executeInput = z.strictObject({
  ...statement,
  mode: z
    .enum(["write", "admin"], { error: 'must be "write" or "admin"' })
    .default("write")
    .meta({ description: "write: changes of data; admin: anything, DDL too." }),
});
export type ExecuteInput = z.output<typeof executeInput>;

/** Comparisons of a column with a value, by the names of PostgREST. */
export const operators = {
  eq: "=",
  neq: "<>",
  lt: "<",
  lte: "<=",
  gt: ">",
  gte: ">=",
  like: "LIKE",
  ilike: "ILIKE",
} as const;

const condition = z
  .strictObject({
    column: name,
    op: z
      .enum(["eq", "neq", "lt", "lte", "gt", "gte", "like", "ilike", "is_null", "not_null"])
      .default("eq"),
    value: parameter.optional(),
  })
  .refine(
    ({ op, value }) =>
      op === "is_null" || op === "not_null" || (value !== undefined && value !== null),
    { path: ["value"], message: "is required; for null use is_null or not_null" },
  );

export const selectInput = z.strictObject({
  schema: name.default("public"),
  table: name,
  columns: z
    .array(name)
    .min(1)
    .max(200)
    .optional()
    .meta({ description: "Absent: all that you may see." }),
  where: z.array(condition).max(50).default([]).meta({ description: "All of them hold." }),
  order_by: z
    .array(z.strictObject({ column: name, desc: z.boolean().default(false) }))
    .max(10)
    .default([]),
  max_rows: rows,
  cursor,
});
export type SelectInput = z.output<typeof selectInput>;

export const resultSet = z
  .object({
    columns: z.array(z.object({ name: z.string(), type: z.string() })),
    rows: z.array(z.array(z.unknown())).meta({
      description:
        "Numbers, booleans, null and JSON as they are; what JSON's readers would round or do not know (bigint, numeric, long numbers within JSON, times, bytea, arrays) as PostgreSQL's text.",
    }),
    row_count: z.number().int(),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: "ResultSet" });
export type ResultSet = z.output<typeof resultSet>;

export const executed = z
  .object({
    command: z.string().meta({ description: "INSERT, UPDATE, CREATE TABLE, …" }),
    affected_rows: z.number().int().nullable(),
    returned: resultSet
      .nullable()
      .meta({ description: "Rows of RETURNING, for who may read as well." }),
  })
  .meta({ id: "Executed" });
export type Executed = z.output<typeof executed>;
