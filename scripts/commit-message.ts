import { readFileSync } from "node:fs";

const types = "build|chore|ci|docs|feat|fix|perf|refactor|revert|style|test";
const conventional = new RegExp(`^(${types})(\\([a-z0-9/,-]+\\))?!?: \\S.*$`);
const written = /^(Merge |Revert "|fixup! |squash! )/;

const maxHeaderLength = 100;

/**
 * Judges a commit message by Conventional Commits 1.0.0. Returns what is wrong with it, or null.
 * Messages that git itself writes (merges, reverts, fixups) pass.
 */
export function findMistake(message: string): string | null {
  const lines = message.split(/\r?\n/).filter((line) => !line.startsWith("#"));
  const [header = "", separator = ""] = lines.join("\n").trim().split("\n");
  if (written.test(header)) return null;
  if (!conventional.test(header)) {
    return `The first line must read "type(scope): summary", type one of ${types.replaceAll("|", ", ")}.`;
  }
  if (header.length > maxHeaderLength) {
    return `The first line has ${header.length} characters, more than ${maxHeaderLength}.`;
  }
  return separator.trim() === "" ? null : "The second line must be empty.";
}

if (import.meta.main) {
  const path = process.argv[2];
  if (path === undefined) throw new Error("Usage: commit-message.ts <file with the message>");
  const mistake = findMistake(readFileSync(path, "utf8"));
  if (mistake !== null) {
    console.error(mistake);
    process.exitCode = 1;
  }
}
