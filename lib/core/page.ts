import { z } from "zod";
import { AppError } from "./errors.ts";

/** `limit` and `cursor` of a list; neither asks for the plain list of the seed's clients. */
export const pageQuery = z.object({
  limit: z.coerce
    .number({ error: "must be a whole number" })
    .int()
    .min(1, "must be at least 1")
    .max(1000, "must be at most 1000")
    .optional()
    .meta({
      description: "Rows a page, at most 1000. Absent: the whole list, up to 10,000 rows.",
    }),
  cursor: z.string().max(2048).optional().meta({
    description: "Where the page starts: `cursor` of the previous answer's Link header.",
  }),
});

/** What a list is searched for: a part of an id or a name, in either case. */
export const searchText = z
  .string()
  .max(200)
  .refine((text) => !text.includes("\0"), "must not have control characters")
  .optional()
  .meta({ description: "Rows with this in their id or name, in either case." });

export type PageQuery = z.output<typeof pageQuery>;

/** One page; `next` is the cursor of the following one, or null at the end. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

const cursorTime = z.iso.datetime();

/** Rows that a list answers when no `limit` is given; past them the Link header goes on. */
const plainListRows = 10_000;

export function pageSize(query: PageQuery): number {
  return query.limit ?? plainListRows;
}

export function encodeCursor(...keys: string[]): string {
  return Buffer.from(JSON.stringify(keys)).toString("base64url");
}

/** PostgreSQL takes no U+0000 in text. */
function isKey(key: unknown): key is string {
  return typeof key === "string" && !key.includes("\0");
}

function wrongCursor(): AppError {
  return new AppError("invalid_request", "cursor: take it as the page before gave it.", {
    errors: [{ pointer: "/cursor", message: "is not a cursor of this list" }],
  });
}

/** The keys of a cursor that `encodeCursor` made of `count` keys; throws `invalid_request`. */
export function decodeCursor(cursor: string, count: number): string[] {
  try {
    const keys: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (Array.isArray(keys) && keys.length === count && keys.every(isKey)) return keys;
  } catch {
    // Falls through to the same answer as a cursor of the wrong shape.
  }
  throw wrongCursor();
}

/** A cursor of a list in the order of times (ISO 8601, UTC), then ids; throws `invalid_request`. */
export function decodeTimeCursor(cursor: string): { at: string; id: string } {
  const [at = "", id = ""] = decodeCursor(cursor, 2);
  if (!cursorTime.safeParse(at).success) throw wrongCursor();
  return { at, id };
}

/** `rows` holds one more than the page when there are more; `key` names a row's place. */
export function toPage<R, T>(
  rows: R[],
  size: number,
  key: (row: R) => string[],
  to: (row: R) => T,
): Page<T> {
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  const more = rows.length > size && last !== undefined;
  return { items: shown.map(to), next: more ? encodeCursor(...key(last)) : null };
}
