import { Liquid, type Template } from "liquidjs";
import type { FieldError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { TimeLimitExceeded, withProcessorLimit } from "../calls/time-limit.ts";
import { ToolError } from "../calls/tool-error.ts";
import { implementationKind } from "../schema.ts";
import { aiConfig } from "./ai-config.ts";

const longestOutput = 1_000_000;
const timeLimitMs = 250;

// Templates are a tenant's own: nothing of a file, of a prototype, and bounded in all directions.
const engine = new Liquid({
  ...{ ownPropertyOnly: true, templates: {}, strictFilters: true },
  ...{ parseLimit: 200_000, renderLimit: timeLimitMs, memoryLimit: 10_000_000 },
});
for (const tag of ["include", "render", "layout", "block"]) delete engine.tags[tag];

/** A template read once, for all calls of its tool. */
export type PromptTemplate = Template[];

/** Throws `ToolError` (`not_runnable`), whose message says where the mistake is. */
export function parsePrompt(text: string): PromptTemplate {
  try {
    return withProcessorLimit(timeLimitMs, () => engine.parse(text));
  } catch (error) {
    const message = `is no Liquid template: ${(error as Error).message}`;
    throw new ToolError("not_runnable", message, { cause: error });
  }
}

/** Fills a template in. Throws `ToolError` (`template_failed`). */
export function renderPrompt(template: PromptTemplate, args: JsonObject): string {
  let text: string;
  try {
    text = withProcessorLimit(timeLimitMs, () => engine.renderSync(template, args) as string);
  } catch (error) {
    const reason =
      error instanceof TimeLimitExceeded ? `it ${error.message}` : (error as Error).message;
    throw new ToolError("template_failed", `The tool's prompt cannot be filled in: ${reason}.`);
  }
  if (text.length <= longestOutput) return text;
  const message = `The tool's prompt is longer than ${longestOutput} characters once filled in.`;
  throw new ToolError("template_failed", message);
}

/** What is wrong with an AI tool's templates, as pointers into the tool; empty for other tools. */
export function promptMistakes(config: JsonObject): FieldError[] {
  if (implementationKind(config) !== "ai") return [];
  const { prompt, system, messages = [] } = aiConfig.parse(config);
  const texts: [pointer: string, text: string | undefined][] = [
    ["/config/prompt", prompt],
    ["/config/system", system],
    ...messages.map(({ content }, index): [string, string] => [
      `/config/messages/${index}/content`,
      content,
    ]),
  ];
  return texts.flatMap(([pointer, text]) => {
    if (text === undefined) return [];
    try {
      parsePrompt(text);
      return [];
    } catch (error) {
      return [{ pointer, message: (error as Error).message }];
    }
  });
}
