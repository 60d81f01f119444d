import type { FieldError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { ToolError } from "../calls/tool-error.ts";
import { EvaluationOverrun, evaluate } from "../evaluation/evaluate.ts";
import { implementationKind } from "../schema.ts";
import { aiConfig } from "./ai-config.ts";

/** Fills Liquid templates in, on a thread. Throws `ToolError` (`template_failed`, `not_runnable`). */
export async function renderPrompts(
  tenantId: string,
  templates: string[],
  args: JsonObject,
): Promise<string[]> {
  try {
    return await evaluate(tenantId, "render", { templates, args });
  } catch (error) {
    if (!(error instanceof EvaluationOverrun)) throw error;
    const text = `The tool's prompt cannot be filled in: it ${error.message}.`;
    throw new ToolError("template_failed", text);
  }
}

/** What is wrong with an AI tool's templates, as pointers into the tool; empty for other tools. */
export async function promptMistakes(tenantId: string, config: JsonObject): Promise<FieldError[]> {
  if (implementationKind(config) !== "ai") return [];
  const { prompt, system, messages = [] } = aiConfig.parse(config);
  const given: [pointer: string, text: string | undefined][] = [
    ["/config/prompt", prompt],
    ["/config/system", system],
    ...messages.map(({ content }, index): [string, string] => [
      `/config/messages/${index}/content`,
      content,
    ]),
  ];
  const texts = given.filter((one): one is [string, string] => one[1] !== undefined);
  const templates = texts.map(([, text]) => text);
  try {
    const found = await evaluate(tenantId, "templateMistakes", { templates });
    return texts.flatMap(([pointer], at) => {
      const message = found[at];
      return message ? [{ pointer, message }] : [];
    });
  } catch (error) {
    if (!(error instanceof EvaluationOverrun)) throw error;
    return [{ pointer: texts[0]?.[0] ?? "", message: `cannot be used: it ${error.message}` }];
  }
}
