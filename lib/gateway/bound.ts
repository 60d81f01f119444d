import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import type { ProviderType } from "#lib/providers/schema.ts";

/** What a provider is asked for: a door's name, and that of the other dialect where it is crossed. */
export type RequestShape = "chat/completions" | "messages" | "embeddings" | "responses";

/** The most that a request can come to, in tokens. */
export interface Bound {
  tokensIn: number;
  /** What the request itself allows of output; null where it sets no limit. */
  tokensOut: number | null;
  /** How many answers it asks for, each up to that limit. */
  answers: number;
  /** Output tokens besides, such as those of a prediction that turns out wrong. */
  besides: number;
  /** A member that lets the provider read or write what nobody can count beforehand. */
  boundless: string | null;
}

/** Members that limit an answer; where a request has several, the largest is its limit. */
export const limitsOf: Record<RequestShape, readonly string[]> = {
  "chat/completions": ["max_completion_tokens", "max_tokens"],
  messages: ["max_tokens"],
  embeddings: [],
  responses: ["max_output_tokens"],
};

/**
 * Providers scale an image down before they read it, so that its bytes say nothing of its tokens:
 * the dearest rule that each dialect's vendor has published, rounded up.
 */
const mostTokensOfImage: Record<ProviderType, number> = { openai: 50_000, anthropic: 5_000 };

/** A file's pages are read as text and as images: a hundred at 5,000, besides its bytes. */
const mostTokensOfFile = 500_000;

/** What a provider's own templates put around the whole, around tools, and for a tool that it knows. */
const [aroundRequest, aroundTools, aroundKnownTool] = [256, 1_024, 1_024];

function list(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function object(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** A screenshot is the output itself, and not in a list. */
function partList(value: unknown): JsonObject[] {
  return isJsonObject(value) ? [value] : list(value);
}

/** The parts of messages, and those within results of tools, where images and files may stand. */
function partsOf(shape: RequestShape, data: JsonObject): JsonObject[] {
  const items = list(shape === "responses" ? data.input : data.messages);
  const inner = (part: JsonObject): JsonObject[] => [
    part,
    ...[part.content, part.output, object(part.source).content].flatMap(partList).flatMap(inner),
  ];
  return items.flatMap((item) => [item.content, item.output].flatMap(partList).flatMap(inner));
}

/** The length of an image's bytes in the request, which are no text; an address is. */
function inlineImage(part: JsonObject): number {
  const { type, data } = object(part.source);
  if (type === "base64" && typeof data === "string") return Buffer.byteLength(data);
  const { image_url } = part;
  const url = typeof image_url === "string" ? image_url : object(image_url).url;
  return typeof url === "string" && /^data:image\/[\w.+-]+;base64,/.test(url)
    ? Buffer.byteLength(url)
    : 0;
}

const clientTools = /^(function|custom|(bash|text_editor|computer|memory)_\d+)$/;

const boundlessMembers: Record<RequestShape, readonly string[]> = {
  "chat/completions": ["web_search_options"],
  messages: ["mcp_servers", "container"],
  embeddings: [],
  responses: ["previous_response_id", "conversation", "prompt", "background"],
};

const boundlessParts = /^(video_url|audio_url|item_reference|container_upload)$/;

function boundlessIn(shape: RequestShape, data: JsonObject, parts: JsonObject[]): string | null {
  const member = boundlessMembers[shape].find((name) => data[name]);
  if (member) return member;
  const tool = list(data.tools).find(
    ({ type }) => type !== undefined && !clientTools.test(String(type)),
  );
  if (tool) return `the tool ${String(tool.type).slice(0, 100)}`;
  const items = shape === "responses" ? list(data.input) : list(data.messages);
  for (const part of [...items, ...parts]) {
    const [file, source, audio] = [object(part.file), object(part.source), object(part.audio)];
    if (part.file_id ?? file.file_id ?? source.file_id) return "file_id";
    if (part.file_url ?? file.file_url) return "file_url";
    if (part.type === "document" && source.type === "url") return "a document's url";
    if (audio.id) return "audio.id";
    if (boundlessParts.test(String(part.type))) return String(part.type);
  }
  return null;
}

function isFile({ type, source }: JsonObject): boolean {
  if (type === "document") return !/^(text|content)$/.test(String(object(source).type));
  return type === "file" || type === "input_file";
}

function whole(value: unknown): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/**
 * The most tokens that a request can come to, which `text` has as it is sent. A token stands for a
 * byte at least, and JSON has no fewer bytes than the text that a template makes of it; tools count
 * likewise. Images and files count by the constants above.
 */
export function boundOf(
  shape: RequestShape,
  dialect: ProviderType,
  data: JsonObject,
  text: string,
): Bound {
  const parts = partsOf(shape, data);
  const images = parts.filter(({ type }) =>
    /^(image|image_url|input_image|computer_screenshot)$/.test(String(type)),
  );
  const pictures = images.reduce((sum, part) => sum + inlineImage(part), 0);
  const tools = list(data.tools);
  const known = tools.filter(({ type }) => /_\d+$/.test(String(type))).length;
  const given = limitsOf[shape].map((name) => whole(data[name])).filter((limit) => limit > 0);
  const limit = given.length > 0 ? Math.max(...given) : null;
  const thoughts = whole(object(data.thinking).budget_tokens);
  const prediction = data.prediction ? Buffer.byteLength(JSON.stringify(data.prediction)) : 0;
  return {
    tokensIn:
      Buffer.byteLength(text) -
      pictures +
      images.length * mostTokensOfImage[dialect] +
      parts.filter(isFile).length * mostTokensOfFile +
      aroundRequest +
      (tools.length > 0 || data.functions ? aroundTools : 0) +
      known * aroundKnownTool,
    tokensOut: shape === "embeddings" ? 0 : limit,
    answers: shape === "chat/completions" ? whole(data.n) || 1 : 1,
    // Thoughts between calls of tools may go past the answer's own limit.
    besides: prediction + (thoughts > (limit ?? 0) ? thoughts : 0),
    boundless: boundlessIn(shape, data, parts),
  };
}
