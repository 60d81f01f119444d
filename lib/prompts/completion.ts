import { withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import { type Completion, toCompletion } from "#lib/core/completion.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { checkName, load } from "./row.ts";
import type { PromptArgument } from "./schema.ts";

/** The values that begin with what was typed, then those that have it inside, in either case. */
export function complete(offered: readonly string[], typed: string): Completion {
  const wanted = typed.toLowerCase();
  const beginning: string[] = [];
  const inside: string[] = [];
  for (const value of offered) {
    const at = value.toLowerCase().indexOf(wanted);
    if (at === 0) beginning.push(value);
    else if (at > 0) inside.push(value);
  }
  return toCompletion([...beginning, ...inside]);
}

/**
 * What a client may offer for an argument of a prompt while `typed` is there. Throws `not_found`
 * for a missing prompt and `invalid_request` for an argument that it does not have.
 */
export async function completePromptArgument(
  ctx: Ctx,
  name: string,
  argument: string,
  typed: string,
): Promise<Completion> {
  authorize(ctx, "prompts:read");
  checkName(name);
  const { version } = await withTenant(ctx.tenantId, (tx) => load(tx, ctx, name));
  const declared = version.arguments as PromptArgument[];
  const found = declared.find((one) => one.name === argument);
  if (found) return complete(found.completions, typed);
  const known = declared.map((one) => one.name).join(", ") || "none";
  throw new AppError(
    "invalid_request",
    `The prompt "${name}" has no argument "${argument}"; it has ${known}.`,
  );
}
