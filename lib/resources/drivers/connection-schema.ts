import { z } from "zod";
import { apiConnection } from "./api/connection-schema.ts";
import { databaseConnection } from "./database/connection-schema.ts";
import { bucketConnection } from "./file/connection-schema.ts";
import type { DriverKind } from "./kind.ts";

const folderConnection = z.strictObject({});

/** What `connection` of a resource may say, by the driver that its type and address choose. */
const schemas = {
  database: databaseConnection,
  bucket: bucketConnection,
  folder: folderConnection,
  api: apiConnection,
} satisfies Record<DriverKind, z.ZodObject>;

export type Connections = { [K in DriverKind]: z.output<(typeof schemas)[K]> };

/** Where a driver reads how to reach its resource; `schema` throws for what is stored and unsound. */
export function connectionSchema<K extends DriverKind>(kind: K): (typeof schemas)[K] {
  return schemas[kind];
}

/** How often the resource is asked whether it works. */
export const healthMinutes = z
  .number({ error: "must be a whole number of minutes" })
  .int("must be a whole number of minutes")
  .min(5, "must be at least 5")
  .max(1440, "must be at most 1440");
