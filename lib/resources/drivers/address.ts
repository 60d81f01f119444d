import { AppError } from "#lib/core/errors.ts";
import { parseApiAddress } from "./api/base-address.ts";
import { parseDatabaseAddress } from "./database/parse-address.ts";
import { parseBucketAddress } from "./file/bucket-address.ts";
import { parseFolderAddress } from "./file/folder-address.ts";
import type { DriverKind } from "./kind.ts";

/** How each driver reads its addresses; what it can do with one shows when it is used. */
const parsers = {
  database: parseDatabaseAddress,
  bucket: parseBucketAddress,
  folder: parseFolderAddress,
  api: parseApiAddress,
} satisfies Record<DriverKind, (address: string) => unknown>;

/** What is wrong with an address that the kind's driver could never work with; null: nothing. */
export function malformationOf(kind: DriverKind, address: string): string | null {
  try {
    parsers[kind](address);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.errors?.[0]?.message ?? error.message;
    throw error;
  }
}
