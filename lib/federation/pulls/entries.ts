import { z } from "zod";
import { isJsonObject } from "#lib/core/json.ts";

/** When the peer wrote an entry; what is no time is not known. */
export const remoteTime = z
  .unknown()
  .transform((value) => {
    const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
    return time >= 0 && time < Date.UTC(9999, 11, 31) ? new Date(time) : null;
  })
  .optional()
  .transform((time) => time ?? null);

function shownId(entry: unknown, idKey: string, at: number): string {
  const id = isJsonObject(entry) ? entry[idKey] : undefined;
  return typeof id === "string" && id !== "" ? id.slice(0, 200) : `#${at + 1}`;
}

/**
 * Entries as a peer sent them → those that can be read, a later one of the same id in the place of
 * the earlier, and why the others cannot.
 */
export function readEntries<S extends z.ZodType>(
  entries: readonly unknown[],
  schema: S,
  idKey: keyof z.output<S> & string,
): { read: z.output<S>[]; failures: { id: string; reason: string }[] } {
  const read = new Map<unknown, z.output<S>>();
  const failures: { id: string; reason: string }[] = [];
  for (const [at, entry] of entries.entries()) {
    const result = schema.safeParse(entry);
    if (result.success) {
      read.set((result.data as Record<string, unknown>)[idKey], result.data);
      continue;
    }
    const [issue] = result.error.issues;
    const place = issue ? `/${issue.path.map(String).join("/")}: ${issue.message}` : "";
    failures.push({ id: shownId(entry, idKey, at), reason: `It cannot be read: ${place}` });
  }
  return { read: [...read.values()], failures };
}
