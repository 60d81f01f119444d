import { z } from "zod";

const longestName = 255;
const longestPath = 1_024;

/** In a browser too, where forms check addresses of folders. */
const bytesOf = (text: string) => new TextEncoder().encode(text).length;

function mistakeIn(text: string): string | null {
  if (!text.isWellFormed() || /\p{Cc}/u.test(text)) return "must not have control characters";
  if (text.includes("\\")) return "must have / between names, not \\";
  if (bytesOf(text) > longestPath) return `must have at most ${longestPath} bytes`;
  for (const name of text.split("/")) {
    if (name === "")
      return "must not have empty names; write it without / at its beginning and end";
    if (name === "." || name === "..") return "must not have the names . and ..";
    if (bytesOf(name) > longestName) return `must have names of at most ${longestName} bytes`;
    if (name.startsWith(stagedPrefix)) return `must not have names that begin with ${stagedPrefix}`;
  }
  return null;
}

/** What a file is called until all of it is there. */
export const stagedPrefix = ".tausestack-";

/** A file within a resource: names with `/` between them, none of which leads upwards. */
export const filePath = z
  .string({ error: "must be a path" })
  .min(1, "must not be empty")
  .superRefine((text, context) => {
    const message = mistakeIn(text);
    if (message !== null) context.addIssue({ code: "custom", message });
  })
  .meta({ examples: ["reports/2026/november.csv"] });

/** A folder within a resource; empty for its root, with or without a `/` at the end. */
export const folderPath = z
  .string({ error: "must be a path" })
  .transform((text) => text.replace(/\/$/, ""))
  .superRefine((text, context) => {
    const message = text === "" ? null : mistakeIn(text);
    if (message !== null) context.addIssue({ code: "custom", message });
  });
