type Parse = (text: string) => unknown;

const keep: Parse = (text) => text;

/** How the elements of PostgreSQL's array types are read, by the type's oid (pg_type.dat). */
const elements: Record<number, Parse> = {
  1000: (text) => text === "t",
  1005: Number,
  1007: Number,
  1021: Number,
  1022: Number,
  1115: (text) => new Date(text),
  1185: (text) => new Date(text),
  // json, varchar, text, bigint, numeric, uuid, jsonb
  ...Object.fromEntries([199, 1015, 1009, 1016, 1231, 2951, 3807].map((oid) => [oid, keep])),
};

function quote(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  if (Array.isArray(value)) return toArrayText(value);
  const text = value instanceof Date ? value.toISOString() : String(value);
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** A list as PostgreSQL reads it (PostgreSQL 18, section 8.15.6). */
export function toArrayText(values: readonly unknown[]): string {
  return `{${values.map(quote).join(",")}}`;
}

const item = /"((?:[^"\\]|\\.)*)"|([^",{}]+)|[{}]/gs;

/** The list that PostgreSQL wrote as text, nested ones and bounds such as `[0:1]=` included. */
export function fromArrayText(text: string, parse: Parse): unknown[] {
  const open: unknown[][] = [[]];
  for (const [token, quoted, plain] of text.slice(text.indexOf("{")).matchAll(item)) {
    const list = open.at(-1) as unknown[];
    if (quoted !== undefined) list.push(parse(quoted.replaceAll(/\\(.)/gs, "$1")));
    else if (plain !== undefined) list.push(plain === "NULL" ? null : parse(plain));
    else if (token === "}") open.pop();
    else {
      const nested: unknown[] = [];
      list.push(nested);
      open.push(nested);
    }
  }
  return open[0]?.[0] as unknown[];
}

/**
 * The array types for postgres.js, which otherwise asks each new connection for them; when the
 * connection ends amid that question, the process gets an unhandled rejection.
 */
export const arrayTypes = Object.fromEntries(
  Object.entries(elements).map(([oid, parse]) => [
    `array${oid}`,
    {
      to: Number(oid),
      from: [Number(oid)],
      serialize: (value: unknown) => (Array.isArray(value) ? toArrayText(value) : String(value)),
      parse: (text: string) => fromArrayText(text, parse),
    },
  ]),
);
