import { withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, type FieldError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import type { PromptMessage } from "./content-schema.ts";
import { checkName, load } from "./row.ts";
import type { PromptArgument, RenderedPrompt } from "./schema.ts";
import { fillMessage } from "./template.ts";

/** Characters that values may add up to: a placeholder repeated a thousand times repeats its value. */
const largestFilling = 4_194_304;

function checkArguments(
  declared: readonly PromptArgument[],
  given: JsonObject,
): Map<string, string> {
  const names = new Set(declared.map(({ name }) => name));
  const known = declared.length === 0 ? "none" : [...names].join(", ");
  const errors: FieldError[] = [];
  const wrong = (name: string, message: string) =>
    errors.push({ pointer: `/arguments/${name}`, message });
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(given)) {
    if (!names.has(name)) wrong(name, `is no argument of this prompt; it has ${known}`);
    else if (typeof value !== "string") wrong(name, "must be a string");
    else values.set(name, value);
  }
  for (const { name, required } of declared) {
    if (required && !Object.hasOwn(given, name)) wrong(name, "is required");
  }
  if (errors.length === 0) return values;
  const detail = errors
    .map(({ pointer, message }) => `${pointer.replace("/arguments/", "argument ")}: ${message}`)
    .join("; ");
  throw new AppError("invalid_request", detail, { errors });
}

/**
 * Puts the arguments' values in the place of their placeholders; an optional one that is missing
 * is the empty text. Throws `invalid_request` for a missing, unknown or non-text argument, or when
 * the values make the messages too large.
 */
export function fillMessages(
  messages: readonly PromptMessage[],
  declared: readonly PromptArgument[],
  given: JsonObject,
): PromptMessage[] {
  const values = checkArguments(declared, given);
  let filled = 0;
  const valueFor = (name: string) => {
    const value = values.get(name) ?? "";
    filled += value.length;
    if (filled <= largestFilling) return value;
    throw new AppError(
      "invalid_request",
      `With these arguments the messages grow by more than ${largestFilling} characters. Send shorter ones.`,
    );
  };
  return messages.map((message) => fillMessage(message, valueFor));
}

/**
 * A prompt with its arguments filled in: MCP's GetPromptResult. `version` is the current one unless
 * told. Throws `not_found`, and `invalid_request` naming each argument that is missing or unknown.
 */
export async function renderPrompt(
  ctx: Ctx,
  name: string,
  args: JsonObject,
  version?: number,
): Promise<RenderedPrompt> {
  authorize(ctx, "prompts:read");
  checkName(name);
  const found = await withTenant(ctx.tenantId, (tx) => load(tx, ctx, name, version));
  const { description, messages, arguments: declared } = found.version;
  return {
    ...(description === "" ? {} : { description }),
    messages: fillMessages(messages as PromptMessage[], declared as PromptArgument[], args),
  };
}
