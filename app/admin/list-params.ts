import { AppError } from "#lib/core/errors.ts";
import type { Page } from "#lib/core/page.ts";

export type SearchParams = Promise<Record<string, string | string[] | undefined>>;

/** Rows of a table's page. */
const tableRows = 50;

/** One search parameter as text that PostgreSQL takes; repeated or empty ones are left out. */
export function textParam(value: string | string[] | undefined): string | undefined {
  if (typeof value !== "string") return undefined;
  return value.replaceAll("\0", "").slice(0, 200).trim() || undefined;
}

/** The page at an address's cursor; the first one when the cursor is not of this list. */
export async function pageAt<T>(
  cursor: string | string[] | undefined,
  load: (at: { limit: number; cursor?: string }) => Promise<Page<T>>,
): Promise<Page<T>> {
  const first = { limit: tableRows };
  if (typeof cursor !== "string" || cursor === "") return load(first);
  try {
    return await load({ ...first, cursor });
  } catch (error) {
    if (error instanceof AppError && error.code === "invalid_request") return load(first);
    throw error;
  }
}
