import type { PromptContent, PromptMessage } from "./content-schema.ts";

/**
 * The whole template language: two braces, spaces or tabs, the name of an argument, spaces or tabs,
 * two braces. Anything else is text, and what a value brings in is not looked at again.
 */
const placeholder = /\{\{[ \t]*([A-Za-z0-9_.-]+)[ \t]*\}\}/g;

/** The names in a text's placeholders, each once, in the order that they come. */
export function namesIn(text: string): string[] {
  return [...new Set([...text.matchAll(placeholder)].map((match) => match[1] ?? ""))];
}

/** Replaces each placeholder by what `valueFor` gives for its name. */
function fill(text: string, valueFor: (name: string) => string): string {
  return text.replace(placeholder, (_, name: string) => valueFor(name));
}

/** Where a content may hold placeholders: path into it, and the text there. */
export function templatesOf(content: PromptContent): { path: string[]; text: string }[] {
  switch (content.type) {
    case "text":
      return [{ path: ["text"], text: content.text }];
    case "resource_link":
      return [{ path: ["uri"], text: content.uri }];
    case "resource": {
      const { resource } = content;
      const uri = { path: ["resource", "uri"], text: resource.uri };
      return "text" in resource
        ? [uri, { path: ["resource", "text"], text: resource.text }]
        : [uri];
    }
    case "image":
    case "audio":
      return [];
  }
}

/** The message with every placeholder replaced. */
export function fillMessage(
  message: PromptMessage,
  valueFor: (name: string) => string,
): PromptMessage {
  const { role, content } = message;
  switch (content.type) {
    case "text":
      return { role, content: { ...content, text: fill(content.text, valueFor) } };
    case "resource_link":
      return { role, content: { ...content, uri: fill(content.uri, valueFor) } };
    case "resource": {
      const { resource } = content;
      const uri = fill(resource.uri, valueFor);
      const filled =
        "text" in resource
          ? { ...resource, uri, text: fill(resource.text, valueFor) }
          : { ...resource, uri };
      return { role, content: { ...content, resource: filled } };
    }
    case "image":
    case "audio":
      return message;
  }
}

/** A text cut at its placeholders; `at` is where a part begins. */
export function splitTemplate(
  text: string,
): { at: number; part: string; isPlaceholder: boolean }[] {
  const parts: { at: number; part: string; isPlaceholder: boolean }[] = [];
  let end = 0;
  for (const { 0: match, index } of text.matchAll(placeholder)) {
    if (index > end) parts.push({ at: end, part: text.slice(end, index), isPlaceholder: false });
    parts.push({ at: index, part: match, isPlaceholder: true });
    end = index + match.length;
  }
  if (end < text.length) parts.push({ at: end, part: text.slice(end), isPlaceholder: false });
  return parts;
}
