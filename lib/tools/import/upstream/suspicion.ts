import { isJsonObject } from "#lib/core/json.ts";
import { pointerTo } from "../../json-schema/parameters.ts";
import { definitionParts, type UpstreamDefinition } from "./schema.ts";

/** Something in a definition that a person should look at before it reaches an agent. */
export interface Suspicion {
  /** Where it stands, as a pointer into the definition. */
  pointer: string;
  message: string;
}

const mostTold = 20;

/** Characters that are not seen, or that make the others seem to stand in another order. */
const hidden = /[\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB]/u;
/** Emoji are written with a variation selector or a joiner, which hides nothing. */
const emoji = /\p{Extended_Pictographic}(?:[\uFE0E\uFE0F]|\u200D\p{Extended_Pictographic})+/gu;

/** What instructions to an agent, rather than words about a tool, tend to say. */
const instructions: readonly [RegExp, string][] = [
  [
    /\b(ignore|disregard|forget)\b.{0,40}\b(previous|prior|above|earlier|other|all)\b.{0,40}\b(instruction|prompt|rule|message)/is,
    "tells to ignore other instructions",
  ],
  [
    /<\/?\s*(important|system|instructions?|secret|hidden|admin|assistant)\s*>/i,
    "has tags that pose as a prompt",
  ],
  [
    /\b(do not|don't|never|without)\b.{0,30}\b(tell|mention|inform|reveal|show|notify|ask|let)\w*\b.{0,30}\b(user|human|person|anyone)/is,
    "tells to keep something from the user",
  ],
  [
    /\b(before|after|instead of|when(ever)?|prior to)\b.{0,30}\b(us(e|ing)|call(ing)?|invok(e|ing)|run(ning)?)\b.{0,40}\b(this|any|other|another|all)\b.{0,20}\btools?\b/is,
    "speaks of when to use tools besides itself",
  ],
  [
    /\b(you (must|should|need to|have to|are required to)|always)\b.{0,60}\b(read|send|include|pass|attach|forward|copy|call|fetch|upload)\b/is,
    "tells the agent what else to do",
  ],
  [
    /(~\/|\/etc\/|\/root\/|\.ssh\b|id_rsa|\.env\b|\.aws\b|mcp\.json|\bauthorized_keys\b)/i,
    "names files that hold secrets",
  ],
  [
    /\b(api[ _-]?key|password|credential|access token|secret key|system prompt|conversation history|chat history)s?\b/i,
    "speaks of secrets or of the conversation",
  ],
  [
    /\b(base64|hex)[- ]?(encode|decode)|data:text\/|javascript:/i,
    "speaks of encoding what is passed on",
  ],
];

function look(text: string, pointer: string, found: Suspicion[]): void {
  const add = (message: string) => {
    if (found.length < mostTold) found.push({ pointer, message });
  };
  const seen = text.replaceAll(emoji, "");
  const character = hidden.exec(seen)?.[0];
  if (character !== undefined) {
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    add(`has characters that are not seen (U+${code})`);
  }
  // Read as it is shown, so that what is hidden cannot break a word that is looked for.
  const shown = seen.replaceAll(new RegExp(hidden, "gu"), "").normalize("NFKC");
  for (const [pattern, message] of instructions) if (pattern.test(shown)) add(message);
  if (/[A-Za-z0-9+/]{200,}/.test(shown)) add("has a long run of encoded text");
  if (/\n\s*\n(\s*\n){8,}|[ \t]{80,}/.test(shown)) add("has a gap that may hide what follows");
}

/** Texts of a schema reach the agent too: descriptions, titles, names, defaults and examples. */
function walk(value: unknown, path: string[], found: Suspicion[]): void {
  if (found.length >= mostTold || path.length > 100) return;
  if (typeof value === "string") look(value, pointerTo(...path), found);
  else if (Array.isArray(value)) {
    for (const [at, inner] of value.entries()) walk(inner, [...path, String(at)], found);
  } else if (isJsonObject(value)) {
    for (const [name, inner] of Object.entries(value)) {
      if (name.length > 3) look(name, pointerTo(...path, name), found);
      walk(inner, [...path, name], found);
    }
  }
}

/**
 * What in a tool's definition looks like an attempt on the agent that reads it: hidden characters,
 * instructions, paths of secrets. Hints for a person, no verdict: they miss things and cry wolf.
 */
export function suspicionsOf(remoteName: string, definition: UpstreamDefinition): Suspicion[] {
  const found: Suspicion[] = [];
  look(remoteName, "/name", found);
  for (const part of definitionParts) walk(definition[part], [part], found);
  return found;
}
