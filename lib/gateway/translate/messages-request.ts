import type { JsonObject } from "#lib/core/json.ts";
import {
  cannotCarry,
  checkMembers,
  listAt,
  objectAt,
  present,
  type Table,
  textAt,
} from "./carry.ts";

/** What becomes of a message's members in a request for a chat completion. */
const requestTable: Table = {
  ...{ model: "carried", messages: "carried", system: "carried", max_tokens: "carried" },
  ...{ stream: "carried", stop_sequences: "carried", temperature: "carried", top_p: "carried" },
  ...{ tools: "carried", tool_choice: "carried", metadata: "carried", output_config: "carried" },
  thinking: "carried",
  // The other side keeps beginnings of prompts by itself.
  cache_control: "ignored",
  ...{ service_tier: ["auto"], speed: ["standard"] },
};

const textTable: Table = {
  ...{ type: "carried", text: "carried", cache_control: "ignored", citations: "ignored" },
};

const imageTable: Table = { type: "carried", source: "carried", cache_control: "ignored" };

const toolUseTable: Table = {
  ...{ type: "carried", id: "carried", name: "carried", input: "carried" },
  ...{ cache_control: "ignored", caller: "ignored" },
};

const toolResultTable: Table = {
  ...{ type: "carried", tool_use_id: "carried", content: "carried", is_error: "carried" },
  cache_control: "ignored",
};

const toolTable: Table = {
  ...{ type: ["custom"], name: "carried", description: "carried", input_schema: "carried" },
  ...{ strict: "carried", cache_control: "ignored", eager_input_streaming: "ignored" },
};

function textPart(block: JsonObject, pointer: string): JsonObject {
  checkMembers(block, pointer, textTable);
  return { type: "text", text: textAt(block.text, `${pointer}/text`) };
}

function imagePart(block: JsonObject, pointer: string): JsonObject {
  checkMembers(block, pointer, imageTable);
  const at = `${pointer}/source`;
  const { type, url, media_type, data } = objectAt(block.source, at);
  if (type === "url") return { type: "image_url", image_url: { url: textAt(url, `${at}/url`) } };
  if (type !== "base64") throw cannotCarry(`${at}/type`, "only url and base64 can be");
  const bytes = `${textAt(media_type, `${at}/media_type`)};base64,${textAt(data, `${at}/data`)}`;
  return { type: "image_url", image_url: { url: `data:${bytes}` } };
}

/** Blocks of text, and images where they may stand, as parts. */
function partsOf(content: unknown, pointer: string): JsonObject[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  return listAt(content, pointer).map((given, index) => {
    const at = `${pointer}/${index}`;
    const block = objectAt(given, at);
    if (block.type === "text") return textPart(block, at);
    throw cannotCarry(`${at}/type`, `blocks of type ${JSON.stringify(block.type)} cannot be here`);
  });
}

/** Text alone is text, so that servers which know no parts understand it. */
function plain(parts: JsonObject[]): JsonObject[] | string {
  const [first] = parts;
  return parts.length === 1 && first?.type === "text" ? String(first.text) : parts;
}

function toolMessage(block: JsonObject, pointer: string): JsonObject {
  checkMembers(block, pointer, toolResultTable);
  const parts = partsOf(block.content, `${pointer}/content`);
  // The other side has no mark for what failed; its models are told in words.
  const told = block.is_error === true ? [{ type: "text", text: "Error:" }, ...parts] : parts;
  return {
    ...{ role: "tool", tool_call_id: textAt(block.tool_use_id, `${pointer}/tool_use_id`) },
    content: told.length === 0 ? "" : plain(told),
  };
}

/** A user's turn: results of tools are messages of their own, which come first. */
function userMessages(content: unknown, pointer: string): JsonObject[] {
  if (typeof content === "string") return [{ role: "user", content }];
  const results: JsonObject[] = [];
  const parts: JsonObject[] = [];
  for (const [index, given] of listAt(content, pointer).entries()) {
    const at = `${pointer}/${index}`;
    const block = objectAt(given, at);
    if (block.type === "text") parts.push(textPart(block, at));
    else if (block.type === "image") parts.push(imagePart(block, at));
    else if (block.type === "tool_result") results.push(toolMessage(block, at));
    else throw cannotCarry(`${at}/type`, `blocks of type ${JSON.stringify(block.type)} cannot be`);
  }
  const said = parts.length > 0 ? [{ role: "user", content: plain(parts) }] : [];
  return [...results, ...said];
}

function assistantMessage(content: unknown, pointer: string): JsonObject {
  if (typeof content === "string") return { role: "assistant", content };
  const parts: JsonObject[] = [];
  const calls: JsonObject[] = [];
  for (const [index, given] of listAt(content, pointer).entries()) {
    const at = `${pointer}/${index}`;
    const block = objectAt(given, at);
    if (block.type === "text") parts.push(textPart(block, at));
    else if (block.type === "tool_use") {
      checkMembers(block, at, toolUseTable);
      const name = textAt(block.name, `${at}/name`);
      const id = textAt(block.id, `${at}/id`);
      const called = { name, arguments: JSON.stringify(block.input ?? {}) };
      calls.push({ id, type: "function", function: called });
    } else if (block.type !== "thinking" && block.type !== "redacted_thinking") {
      // Thoughts of earlier turns are not read again, by either side.
      throw cannotCarry(`${at}/type`, `blocks of type ${JSON.stringify(block.type)} cannot be`);
    }
  }
  return {
    role: "assistant",
    content: parts.length > 0 ? plain(parts) : calls.length > 0 ? null : "",
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
}

function messagesOf(message: JsonObject, pointer: string): JsonObject[] {
  checkMembers(message, pointer, { role: "carried", content: "carried" });
  const at = `${pointer}/content`;
  if (message.role === "user") return userMessages(message.content, at);
  if (message.role === "assistant") return [assistantMessage(message.content, at)];
  if (message.role === "system") {
    return [{ role: "system", content: plain(partsOf(message.content, at)) }];
  }
  throw cannotCarry(`${pointer}/role`, `there is no role ${JSON.stringify(message.role)}`);
}

function toolOf(given: unknown, pointer: string): JsonObject {
  const tool = objectAt(given, pointer);
  checkMembers(tool, pointer, toolTable);
  const { name, description, input_schema: parameters, strict } = tool;
  return { type: "function", function: present({ name, description, parameters, strict }) };
}

function choiceOf(given: unknown): JsonObject {
  if (given === undefined || given === null) return {};
  const choice = objectAt(given, "/tool_choice");
  checkMembers(choice, "/tool_choice", {
    ...{ type: "carried", name: "carried", disable_parallel_tool_use: "carried" },
  });
  const parallel = choice.disable_parallel_tool_use === true ? { parallel_tool_calls: false } : {};
  const words: Record<string, unknown> = { auto: "auto", any: "required", none: "none" };
  const { type, name } = choice;
  if (type === "tool") {
    return { tool_choice: { type: "function", function: { name } }, ...parallel };
  }
  const word = words[String(type)];
  if (!word) throw cannotCarry("/tool_choice/type", `there is no choice ${JSON.stringify(type)}`);
  return { tool_choice: word, ...parallel };
}

function outputOf(given: unknown): JsonObject {
  if (given === undefined || given === null) return {};
  const at = "/output_config";
  const config = objectAt(given, at);
  checkMembers(config, at, { format: "carried", effort: "carried" });
  const effort = present({ reasoning_effort: config.effort });
  if (config.format === undefined || config.format === null) return effort;
  const format = objectAt(config.format, `${at}/format`);
  checkMembers(format, `${at}/format`, { type: ["json_schema"], schema: "carried" });
  const json_schema = { name: "answer", strict: true, schema: format.schema };
  return { ...effort, response_format: { type: "json_schema", json_schema } };
}

/** A budget of thoughts has no counterpart; that the model decides itself is the other side's way. */
function checkThinking(given: unknown): void {
  if (given === undefined || given === null) return;
  const { type } = objectAt(given, "/thinking");
  if (type === "adaptive" || type === "disabled") return;
  throw cannotCarry("/thinking", "it has no budget of thoughts. Say output_config.effort instead");
}

const mostStops = 4;

/**
 * A message's request as one for a chat completion. `limit` is what the provider calls the most
 * tokens of an answer. Throws `invalid_request` naming the field.
 */
export function messagesToChat(
  request: JsonObject,
  model: string,
  limit: "max_tokens" | "max_completion_tokens",
): JsonObject {
  checkMembers(request, "", requestTable);
  checkThinking(request.thinking);
  const { system, metadata } = request;
  const stop = listAt(request.stop_sequences, "/stop_sequences");
  if (stop.length > mostStops) {
    throw cannotCarry("/stop_sequences", `it takes at most ${mostStops}. Name fewer`);
  }
  const prompt = system === undefined || system === null ? [] : partsOf(system, "/system");
  const tools = listAt(request.tools, "/tools").map((tool, at) => toolOf(tool, `/tools/${at}`));
  const user = metadata ? objectAt(metadata, "/metadata") : {};
  checkMembers(user, "/metadata", { user_id: "carried" });
  return present({
    model,
    messages: [
      ...(prompt.length > 0 ? [{ role: "system", content: plain(prompt) }] : []),
      ...listAt(request.messages, "/messages").flatMap((message, index) => {
        const pointer = `/messages/${index}`;
        return messagesOf(objectAt(message, pointer), pointer);
      }),
    ],
    [limit]: request.max_tokens,
    ...{ temperature: request.temperature, top_p: request.top_p, stream: request.stream },
    stop: stop.length > 0 ? stop : undefined,
    ...(tools.length > 0 ? { tools, ...choiceOf(request.tool_choice) } : {}),
    ...outputOf(request.output_config),
    user: user.user_id,
    stream_options: request.stream === true ? { include_usage: true } : undefined,
  });
}
