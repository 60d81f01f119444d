"use client";

import type { ComponentType } from "react";
import type { DriverKind } from "#lib/resources/drivers/kind.ts";
import { ApiFields } from "./api-fields.tsx";
import { BucketFields } from "./bucket-fields.tsx";
import { DatabaseFields } from "./database-fields.tsx";

/** The fields of each kind of connection, within the connection's card. */
export const connectionFields = {
  database: DatabaseFields,
  bucket: BucketFields,
  folder: () => null,
  api: ApiFields,
} satisfies Record<DriverKind, ComponentType>;
