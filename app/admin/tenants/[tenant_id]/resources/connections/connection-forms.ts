import type { z } from "zod";
import type { JsonObject } from "#lib/core/json.ts";
import { type DriverKind, driverKinds } from "#lib/resources/drivers/kind.ts";
import { apiForm } from "./api-form.ts";
import { bucketForm } from "./bucket-form.ts";
import type { ConnectionForm } from "./connection-form.ts";
import { databaseForm } from "./database-form.ts";
import { folderForm } from "./folder-form.ts";

/** Every kind whose connection the form edits; its fields stand in `connection-fields.tsx`. */
export const connectionForms = {
  database: databaseForm,
  bucket: bucketForm,
  folder: folderForm,
  api: apiForm,
} satisfies Record<DriverKind, ConnectionForm>;

/** What the form holds for each kind, of which only the chosen one is read. */
export type ConnectionValues = {
  [K in DriverKind]: z.input<(typeof connectionForms)[K]["fields"]>;
};

/** The fields of all kinds: filled from a connection for its own kind, empty for the others. */
export function toConnectionValues(kind: DriverKind | null, connection: JsonObject) {
  const values = driverKinds.map((each) => [
    each,
    connectionForms[each].toFields(each === kind ? connection : {}),
  ]);
  return Object.fromEntries(values) as ConnectionValues;
}
