import type { FieldError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { limitMistakes } from "../sandbox/limits.ts";
import { readSource } from "../sandbox/read-source.ts";
import { implementationKind } from "../schema.ts";
import { codeConfig } from "./code-config.ts";

/** What keeps a code tool from running here, as pointers into the tool; empty for other tools. */
export async function codeMistakes(config: JsonObject): Promise<FieldError[]> {
  if (implementationKind(config) !== "code") return [];
  const mistakes = limitMistakes(codeConfig.parse(config)).map(({ pointer, message }) => ({
    pointer: `/config${pointer}`,
    message,
  }));
  const prepared = await readSource(String(config.implementation));
  if (!("mistake" in prepared)) return mistakes;
  const { line, column, message } = prepared.mistake;
  const at = `line ${line}${column === undefined ? "" : `, column ${column}`}`;
  const unreadable = { pointer: "/config/implementation", message: `${at}: ${message}` };
  return [unreadable, ...mistakes];
}
