import { createHash } from "node:crypto";
import { labelledLines } from "#components/versions/labelled-lines.ts";
import type { PromptContent, PromptMessage } from "#lib/prompts/content-schema.ts";
import type { PromptArgument, PromptVersion } from "#lib/prompts/schema.ts";

/** A version as lines of text that a person can compare with another's. */
export function versionLines(version: PromptVersion): string[] {
  return [
    ...(version.title === null ? [] : [`Title: ${version.title}`]),
    ...labelledLines("Description", version.description),
    ...version.icons.map(({ src, theme }) => `Icon: ${short(src)}${theme ? ` (${theme})` : ""}`),
    ...version.arguments.flatMap(argumentLines),
    ...version.messages.flatMap(messageLines),
  ];
}

function argumentLines(argument: PromptArgument): string[] {
  const { name, title, description = "", required, completions } = argument;
  return [
    "",
    `Argument ${name}${title ? ` “${title}”` : ""}, ${required ? "required" : "optional"}`,
    ...labelledLines("  Description", description),
    ...completions.map((value) => `  Offers ${value}`),
  ];
}

function messageLines({ role, content }: PromptMessage): string[] {
  const head = ["", role === "user" ? "User:" : "Assistant:"];
  const notes = content.annotations ? [`  Annotations ${JSON.stringify(content.annotations)}`] : [];
  return [...head, ...contentLines(content).map((line) => `  ${line}`), ...notes];
}

function contentLines(content: PromptContent): string[] {
  switch (content.type) {
    case "text":
      return content.text.split("\n");
    case "image":
    case "audio":
      return [`${content.type} ${content.mimeType}, ${digest(content.data)}`];
    case "resource": {
      const { resource } = content;
      const head = `Resource ${resource.uri}${resource.mimeType ? `, ${resource.mimeType}` : ""}`;
      return "text" in resource
        ? [head, ...resource.text.split("\n")]
        : [head, digest(resource.blob)];
    }
    case "resource_link": {
      const { uri, name, title, description = "", mimeType, size } = content;
      const rest = [title, mimeType, size === undefined ? undefined : `${size} bytes`];
      const more = rest.filter((part) => part !== undefined).map((part) => `, ${part}`);
      return [`Link ${name}: ${uri}${more.join("")}`, ...labelledLines("Description", description)];
    }
  }
}

/** Data as its size and a mark that differs when it does. */
function digest(base64: string): string {
  const mark = createHash("sha256").update(base64).digest("hex").slice(0, 8);
  return `${Buffer.byteLength(base64, "base64")} bytes, #${mark}`;
}

function short(src: string): string {
  return src.startsWith("data:") ? `${src.slice(0, 40)}… ${digest(src)}` : src;
}
