import { createHash } from "node:crypto";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import {
  type InputRequired,
  isInputRequired,
  type ToolClient,
  type ToolOutcome,
} from "./client.ts";
import { canElicit, elicitation, elicitResult } from "./elicitation.ts";
import { ToolError } from "./tool-error.ts";

const question = "confirmation";
const longestShown = 2_000;

/** What travels with a confirmed call: for which arguments the word was asked or given. */
interface Word {
  asked?: string;
  given?: string;
  /** The tool's own state, where it asks something itself afterwards. */
  own?: JsonObject;
}

function digest(args: JsonObject): string {
  return createHash("sha256").update(JSON.stringify(args)).digest("base64url");
}

function ask(title: string, args: JsonObject, asked: string): InputRequired {
  const text = JSON.stringify(args, null, 2);
  const shown = text.length > longestShown ? `${text.slice(0, longestShown)} …` : text;
  const form = elicitation(`Run ${title}?\n\n${shown}`, {
    type: "object",
    properties: { confirm: { type: "boolean", title: "Run it" } },
    required: ["confirm"],
  });
  return { inputRequests: { [question]: form }, state: { asked } satisfies Word };
}

/**
 * Runs a tool that needs its user's word: asks for it where the client can, for these very
 * arguments, and goes on when it is given. Throws `ToolError` when it is refused.
 */
export async function withConfirmation(
  title: string,
  args: JsonObject,
  client: ToolClient,
  run: (client: ToolClient) => Promise<ToolOutcome>,
): Promise<ToolOutcome> {
  if (!canElicit(client.capabilities)) return run(client);
  const word = (client.requestState ?? {}) as Word;
  const wanted = digest(args);
  if (word.given !== wanted) {
    const answer = elicitResult(client.inputResponses?.[question]);
    if (word.asked !== wanted || answer === null) return ask(title, args, wanted);
    if (answer.action !== "accept" || answer.content?.confirm !== true) {
      throw new ToolError("declined", `The user did not want ${title} to run. Nothing was done.`);
    }
  }
  const own = isJsonObject(word.own) ? word.own : undefined;
  const outcome = await run({ ...client, requestState: own });
  if (!isInputRequired(outcome)) return outcome;
  const state = { given: wanted, ...(outcome.state ? { own: outcome.state } : {}) } satisfies Word;
  return { ...outcome, state };
}
