import type { JsonObject } from "#lib/core/json.ts";
import {
  cannotCarry,
  checkMembers,
  jsonAt,
  listAt,
  objectAt,
  present,
  type Table,
  textAt,
} from "./carry.ts";

const noTools = "only functions can be. Describe it as one";

/** What becomes of a chat completion's members in a request for a message. */
const requestTable: Table = {
  ...{ model: "carried", messages: "carried", stream: "carried", stream_options: "carried" },
  ...{ max_tokens: "carried", max_completion_tokens: "carried", stop: "carried" },
  ...{ temperature: "carried", top_p: "carried", tools: "carried", tool_choice: "carried" },
  ...{ parallel_tool_calls: "carried", response_format: "carried", reasoning_effort: "carried" },
  ...{ user: "carried", safety_identifier: "carried" },
  // Hints for the provider's own cache.
  ...{ prompt_cache_key: "ignored", prompt_cache_retention: "ignored" },
  ...{ n: [1], logprobs: [false], store: [false], frequency_penalty: [0], presence_penalty: [0] },
  ...{ service_tier: ["auto", "default"], verbosity: ["medium"] },
};

const userTable: Table = { role: "carried", content: "carried" };

const assistantTable: Table = {
  ...userTable,
  tool_calls: "carried",
  // A message as an answer gives it, sent back: thoughts of earlier turns are not read again.
  ...{ reasoning_content: "ignored", annotations: "ignored", refusal: [""] },
};

const toolTable: Table = { ...userTable, tool_call_id: "carried" };

const functionTable: Table = {
  ...{ name: "carried", description: "carried", parameters: "carried", strict: "carried" },
};

function textBlock(part: JsonObject, pointer: string): JsonObject {
  checkMembers(part, pointer, { type: "carried", text: "carried" });
  return { type: "text", text: textAt(part.text, `${pointer}/text`) };
}

/** A picture's address, or its bytes where the address is a data URL. */
function imageBlock(part: JsonObject, pointer: string): JsonObject {
  checkMembers(part, pointer, { type: "carried", image_url: "carried" });
  const at = `${pointer}/image_url`;
  const image = objectAt(part.image_url, at);
  checkMembers(image, at, { url: "carried", detail: ["auto"] });
  const url = textAt(image.url, `${at}/url`);
  if (!url.startsWith("data:")) return { type: "image", source: { type: "url", url } };
  const match = /^data:([^;,]+);base64,(.*)$/s.exec(url);
  if (!match) throw cannotCarry(`${at}/url`, "only base64 data URLs can be");
  const [, media_type, data] = match;
  return { type: "image", source: { type: "base64", media_type, data } };
}

function blocksOf(content: unknown, pointer: string, takesImages: boolean): JsonObject[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  return listAt(content, pointer).map((given, index) => {
    const at = `${pointer}/${index}`;
    const part = objectAt(given, at);
    if (part.type === "text") return textBlock(part, at);
    if (part.type === "image_url" && takesImages) return imageBlock(part, at);
    throw cannotCarry(`${at}/type`, `parts of type ${JSON.stringify(part.type)} cannot be`);
  });
}

function toolUse(given: unknown, pointer: string): JsonObject {
  const call = objectAt(given, pointer);
  if (call.type !== undefined && call.type !== "function") {
    throw cannotCarry(`${pointer}/type`, noTools);
  }
  checkMembers(call, pointer, { id: "carried", type: "carried", function: "carried" });
  const at = `${pointer}/function`;
  const { name, arguments: given_arguments } = objectAt(call.function, at);
  return {
    ...{ type: "tool_use", id: textAt(call.id, `${pointer}/id`) },
    name: textAt(name, `${at}/name`),
    input: jsonAt(given_arguments ?? "", `${at}/arguments`),
  };
}

function turnOf(message: JsonObject, pointer: string): { role: string; content: JsonObject[] } {
  const { role } = message;
  const content = (takesImages: boolean) =>
    blocksOf(message.content, `${pointer}/content`, takesImages);
  if (role === "user") {
    checkMembers(message, pointer, userTable);
    return { role, content: content(true) };
  }
  if (role === "assistant") {
    checkMembers(message, pointer, assistantTable);
    const at = `${pointer}/tool_calls`;
    const calls = listAt(message.tool_calls, at).map((call, index) =>
      toolUse(call, `${at}/${index}`),
    );
    return { role, content: [...content(false), ...calls] };
  }
  if (role === "tool") {
    checkMembers(message, pointer, toolTable);
    const tool_use_id = textAt(message.tool_call_id, `${pointer}/tool_call_id`);
    return {
      role: "user",
      content: [{ type: "tool_result", tool_use_id, content: content(false) }],
    };
  }
  if (role === "system" || role === "developer") {
    checkMembers(message, pointer, userTable);
    return { role: "system", content: content(false) };
  }
  throw cannotCarry(`${pointer}/role`, `there is no role ${JSON.stringify(role)}`);
}

/** What precedes the conversation is its system prompt; results of tools answered at once are one turn. */
function conversation(given: unknown) {
  const system: JsonObject[] = [];
  const messages: { role: string; content: JsonObject[] }[] = [];
  for (const [index, message] of listAt(given, "/messages").entries()) {
    const pointer = `/messages/${index}`;
    const turn = turnOf(objectAt(message, pointer), pointer);
    const before = messages.at(-1);
    if (turn.role === "system" && !before) system.push(...turn.content);
    else if (before?.role === turn.role && turn.role !== "system") {
      before.content.push(...turn.content);
    } else messages.push(turn);
  }
  return { system, messages };
}

function toolOf(given: unknown, pointer: string): JsonObject {
  const tool = objectAt(given, pointer);
  if (tool.type !== "function") throw cannotCarry(`${pointer}/type`, noTools);
  checkMembers(tool, pointer, { type: "carried", function: "carried" });
  const at = `${pointer}/function`;
  const described = objectAt(tool.function, at);
  checkMembers(described, at, functionTable);
  const { name, description, parameters, strict } = described;
  return present({
    ...{ name, description, strict },
    input_schema: parameters ?? { type: "object", properties: {} },
  });
}

function choiceOf({ tool_choice: choice, parallel_tool_calls: parallel }: JsonObject) {
  const single = parallel === false ? { disable_parallel_tool_use: true } : {};
  if (choice === undefined || choice === null) {
    return parallel === false ? { type: "auto", ...single } : undefined;
  }
  if (choice === "auto") return { type: "auto", ...single };
  if (choice === "none") return { type: "none" };
  if (choice === "required") return { type: "any", ...single };
  const { type, function: named } = objectAt(choice, "/tool_choice");
  if (type !== "function") throw cannotCarry("/tool_choice/type", noTools);
  const { name } = objectAt(named, "/tool_choice/function");
  return { type: "tool", name: textAt(name, "/tool_choice/function/name"), ...single };
}

function formatOf(given: unknown): JsonObject | undefined {
  if (given === undefined || given === null) return undefined;
  const format = objectAt(given, "/response_format");
  if (format.type === "text") return undefined;
  if (format.type !== "json_schema") {
    throw cannotCarry("/response_format/type", "only json_schema can be. Give a schema");
  }
  const at = "/response_format/json_schema";
  const described = objectAt(format.json_schema, at);
  // Its name is a label that nothing reads, and the other side always holds to the schema.
  checkMembers(described, at, {
    ...{ schema: "carried", description: "carried", name: "ignored", strict: "ignored" },
  });
  const schema = objectAt(described.schema, `${at}/schema`);
  const { description } = described;
  return { type: "json_schema", schema: present({ description, ...schema }) };
}

const efforts: Record<string, string> = {
  ...{ minimal: "low", low: "low", medium: "medium", high: "high", xhigh: "xhigh", max: "max" },
};

function effortOf(given: unknown): string | undefined {
  if (given === undefined || given === null || given === "none") return undefined;
  const effort = efforts[String(given)];
  if (!effort) throw cannotCarry("/reasoning_effort", `there is no effort ${String(given)}`);
  return effort;
}

function temperatureOf(given: unknown): unknown {
  if (typeof given === "number" && given > 1) {
    throw cannotCarry("/temperature", "it goes from 0 to 1 there");
  }
  return given;
}

/** Anthropic's API asks for a limit, as a budget does; OpenAI's clients mostly leave it out. */
export const defaultMaxTokens = 8_192;

/** A chat completion's request as one for a message. Throws `invalid_request` naming the field. */
export function chatToMessages(request: JsonObject, model: string): JsonObject {
  checkMembers(request, "", requestTable);
  const { system, messages } = conversation(request.messages);
  const { stop, user, safety_identifier } = request;
  const format = formatOf(request.response_format);
  const effort = effortOf(request.reasoning_effort);
  const tools = listAt(request.tools, "/tools").map((tool, at) => toolOf(tool, `/tools/${at}`));
  const userId = safety_identifier ?? user;
  return present({
    ...{ model, messages, stream: request.stream },
    max_tokens: request.max_completion_tokens ?? request.max_tokens ?? defaultMaxTokens,
    system: system.length > 0 ? system : undefined,
    temperature: temperatureOf(request.temperature),
    top_p: request.top_p,
    stop_sequences: typeof stop === "string" ? [stop] : stop,
    tools: tools.length > 0 ? tools : undefined,
    tool_choice: tools.length > 0 ? choiceOf(request) : undefined,
    output_config: format || effort ? present({ format, effort }) : undefined,
    metadata: userId ? { user_id: userId } : undefined,
  });
}
