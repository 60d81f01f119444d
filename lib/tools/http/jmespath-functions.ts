import {
  registerFunction,
  TYPE_ARRAY_STRING,
  TYPE_NUMBER,
  TYPE_STRING,
} from "@jmespath-community/jmespath";

/** No function makes a longer text, nor more parts of one: the rest is up to the time limit. */
const mostCharacters = 4 * 1024 * 1024;
const mostParts = 250_000;

function bounded(characters: number): void {
  if (characters > mostCharacters) throw new Error("a text in it grows too long");
}

/** The library's whole numbers: a count that is absent is `undefined`. */
function countOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new Error("a count must be a whole number that is not negative");
}

function join([by, texts]: unknown[]): string {
  const parts = texts as string[];
  const between = (by as string).length * Math.max(0, parts.length - 1);
  bounded(parts.reduce((sum, { length }) => sum + length, between));
  return parts.join(by as string);
}

function split([subject, by, limit]: unknown[]): string[] {
  const text = subject as string;
  const count = countOf(limit);
  if (text === "" && by === "") return [];
  if (count === 0) return [text];
  const parts = text.split(by as string, mostParts + 1);
  if (parts.length > mostParts) throw new Error(`a text in it has more than ${mostParts} parts`);
  if (count === undefined || count >= parts.length) return parts;
  return [...parts.slice(0, count), parts.slice(count).join(by as string)];
}

function replace([subject, old, by, limit]: unknown[]): string {
  const parts = split([subject, old, countOf(limit)]);
  if (parts.length === 0) return by as string;
  return join([by, parts]);
}

function pad(side: "padStart" | "padEnd") {
  return ([subject, width, given = " "]: unknown[]): string => {
    const length = countOf(width) ?? 0;
    const filler = given === "" ? " " : (given as string);
    if (filler.length > 1) throw new Error("a text is padded with one character");
    bounded(length);
    return (subject as string)[side](length, filler);
  };
}

/**
 * Puts bounds on the functions of JMESPath that make much of little, in place of the library's own
 * (their signatures are the specification's).
 */
export function boundFunctions(): void {
  const text = { types: [TYPE_STRING] };
  const count = { types: [TYPE_NUMBER], optional: true };
  const options = { override: true };
  registerFunction("join", join, [text, { types: [TYPE_ARRAY_STRING] }], options);
  registerFunction("split", split, [text, text, count], options);
  registerFunction("replace", replace, [text, text, text, count], options);
  for (const [name, side] of [
    ["pad_left", "padStart"],
    ["pad_right", "padEnd"],
  ] as const) {
    const width = { types: [TYPE_NUMBER] };
    registerFunction(name, pad(side), [text, width, { ...text, optional: true }], options);
  }
}
