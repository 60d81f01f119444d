import { Liquid, type Template } from "liquidjs";
import { LRUCache } from "lru-cache";
import type { JsonObject } from "#lib/core/json.ts";
import { TimeLimitExceeded, withProcessorLimit } from "../calls/time-limit.ts";
import { ToolError } from "../calls/tool-error.ts";
import { evaluationMs } from "../evaluation/evaluation.ts";

const longestOutput = 1_000_000;

// Templates are a tenant's own: nothing of a file, of a prototype, and bounded in all directions.
const engine = new Liquid({
  ...{ ownPropertyOnly: true, templates: {}, strictFilters: true },
  ...{ parseLimit: 200_000, renderLimit: evaluationMs, memoryLimit: 10_000_000 },
});
for (const tag of ["include", "render", "layout", "block"]) delete engine.tags[tag];

const read = new LRUCache<string, Template[]>({
  maxSize: 4 * 1024 * 1024,
  sizeCalculation: (_template, text) => text.length + 1_000,
});

function parsed(text: string): Template[] {
  const known = read.get(text);
  if (known) return known;
  const template = withProcessorLimit(evaluationMs, () => engine.parse(text));
  read.set(text, template);
  return template;
}

/** What is wrong with a template, and where in it; null for nothing. */
export function templateMistake(text: string): string | null {
  try {
    parsed(text);
    return null;
  } catch (error) {
    return `is no Liquid template: ${(error as Error).message}`;
  }
}

function render(text: string, args: JsonObject): string {
  const mistake = templateMistake(text);
  if (mistake !== null) throw new ToolError("not_runnable", mistake);
  let filled: string;
  try {
    filled = withProcessorLimit(
      evaluationMs,
      () => engine.renderSync(parsed(text), args) as string,
    );
  } catch (error) {
    const reason =
      error instanceof TimeLimitExceeded ? `it ${error.message}` : (error as Error).message;
    throw new ToolError("template_failed", `The tool's prompt cannot be filled in: ${reason}.`);
  }
  if (filled.length <= longestOutput) return filled;
  const message = `The tool's prompt is longer than ${longestOutput} characters once filled in.`;
  throw new ToolError("template_failed", message);
}

/**
 * Fills templates in. Throws `ToolError` (`template_failed`; `not_runnable` for a text that is no
 * template). Takes as long as the tenant makes it: `renderPrompts` is for calls.
 */
export function renderAll(templates: readonly string[], args: JsonObject): string[] {
  return templates.map((text) => render(text, args));
}
