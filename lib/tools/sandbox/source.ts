import { stripTypeScriptTypes } from "node:module";
import { Script } from "node:vm";
import { sourceName } from "./source-name.ts";

/** Where code cannot be read; the column is absent where the mistake spans lines. */
export interface SourceMistake {
  line: number;
  column?: number;
  message: string;
}

export type PreparedSource = { module: string } | { mistake: SourceMistake };

/** A body of statements becomes a module on its own first line, so that lines stay what they are. */
const opening = "export default async function (args, ctx) {";

const isModule = /^[^\S\n]*export[^\S\n]+(default\b|\{)/m;
const importAt = /^[^\S\n]*import\b(?!\s*[.(])/m;

function toModule(code: string): string {
  return isModule.test(code) ? code : `${opening}${code}\n}`;
}

/** Node says once that this is experimental; which Node runs is pinned. */
function strip(code: string): string {
  const warn = process.emitWarning;
  process.emitWarning = () => undefined;
  try {
    return stripTypeScriptTypes(code, { sourceUrl: sourceName });
  } finally {
    process.emitWarning = warn;
  }
}

/** V8 and Node put `name:line`, some lines and the last one's marks before an error's stack. */
function toMistake(error: unknown, code: string): SourceMistake {
  const { message, stack = "" } = error as Error;
  const [place = "", ...frame] = stack.slice(0, stack.indexOf("\n\n")).split("\n");
  const marks = frame.find((each) => /^\s*\^+\s*$/.test(each));
  const line = Number(/:(\d+)$/.exec(place)?.[1] ?? 1);
  const at = marks === undefined ? undefined : marks.indexOf("^") + 1;
  const shift = line === 1 && !isModule.test(code) ? opening.length : 0;
  const lines = code.split("\n").length;
  return {
    line: Math.min(line, lines),
    ...(at === undefined ? {} : { column: Math.max(1, at - shift) }),
    message,
  };
}

/** What the type stripper lets pass, such as a name that is declared twice, V8 finds. */
function compile(module: string): void {
  const statements = module
    .replaceAll(/^([^\S\n]*)export default\b/gm, "$1_default     =")
    .replaceAll(/^([^\S\n]*)export\b(?!\s*\{)/gm, "$1      ");
  if (/^[^\S\n]*(export|import)\b/m.test(statements)) return;
  const text = `"use strict"; async () => { let _default;\n${statements}\n}`;
  new Script(text, { filename: sourceName, lineOffset: -1 });
}

/**
 * A tool's code as a module whose default export is `(args, ctx)`: as it stands where it exports
 * one, else as the body of that function. TypeScript loses its types; nothing else moves, so that
 * lines and columns stay. Answers what is wrong where it cannot be read. Throws for a text that
 * breaks the parser, which is then of no use to any other: call `readSource`.
 */
export function prepareSource(code: string): PreparedSource {
  const found = importAt.exec(code);
  if (found) {
    const line = code.slice(0, found.index + found[0].length).split("\n").length;
    const message = "import is not available: a tool's code stands for itself";
    return { mistake: { line, message } };
  }
  try {
    const module = strip(toModule(code));
    compile(module);
    return { module };
  } catch (error) {
    if (!(error instanceof Error && error.name === "SyntaxError")) throw error;
    return { mistake: toMistake(error, code) };
  }
}
