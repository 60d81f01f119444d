import type { JsonObject } from "#lib/core/json.ts";
import { ToolError } from "../calls/tool-error.ts";
import { argumentOf, type Part } from "./template.ts";

/** Characters of arguments in one request: a template may repeat one any number of times. */
const mostCharacters = 16 * 1024 * 1024;
/** So few, each with all that a call can send, make no more than that. */
const fewPlaceholders = 4;

function charactersOf(value: unknown): number {
  if (value === undefined || value === null) return 0;
  return typeof value === "string" ? value.length : JSON.stringify(value).length;
}

/**
 * Refuses arguments that the templates would make too much of, before any is filled in: throws
 * `ToolError` (`invalid_arguments`).
 */
export function fillingLimit(parts: readonly Part[]): (args: JsonObject) => void {
  const named = parts.flatMap((part) => ("argument" in part ? [part.argument] : []));
  if (named.length <= fewPlaceholders) return () => undefined;
  const times = new Map<string, number>();
  for (const name of named) times.set(name, (times.get(name) ?? 0) + 1);
  return (args) => {
    let characters = 0;
    for (const [name, count] of times) characters += count * charactersOf(argumentOf(args, name));
    if (characters <= mostCharacters) return;
    throw new ToolError(
      "invalid_arguments",
      `With these arguments the tool's request has more than ${mostCharacters} characters of them. Send shorter ones.`,
    );
  };
}
