import { z } from "zod";

const name = z.string({ error: "must be a name" }).min(1, "must not be empty").max(63);

export const tableQuery = z.object({ schema: name.default("public"), table: name });

const tableSummary = z.object({
  schema: z.string(),
  name: z.string(),
  kind: z.enum(["table", "view", "materialized view", "foreign table"]),
  comment: z.string().nullable(),
});

export type TableSummary = z.output<typeof tableSummary>;

const column = z.object({
  name: z.string(),
  type: z.string(),
  nullable: z.boolean(),
  default: z.string().nullable(),
  comment: z.string().nullable(),
  key: z
    .number()
    .int()
    .nullable()
    .meta({ description: "Its place in the primary key, from 1; null where it is no part of it." }),
});

export type Column = z.output<typeof column>;

/** A table with the columns that the caller may see. */
export const tableDescription = tableSummary
  .extend({ columns: z.array(column) })
  .meta({ id: "TableDescription" });

export type TableDescription = z.output<typeof tableDescription>;

export const databaseOverview = z
  .object({
    schemas: z.array(z.string()),
    tables: z.array(tableSummary),
    truncated: z.boolean().meta({ description: "There are more tables than are shown." }),
  })
  .meta({ id: "DatabaseOverview" });

export type DatabaseOverview = z.output<typeof databaseOverview>;
