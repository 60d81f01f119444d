import { createHash } from "node:crypto";
import { isReservedName } from "../../reserved-names.ts";

/** What every model's function calling takes: narrower than MCP's own rule. */
const longestName = 64;

export function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

/** Letters, digits and `_` in place of anything else; may be empty. */
export function toIdentifier(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^A-Za-z0-9_]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");
}

function shorten(name: string, longest: number): string {
  if (name.length <= longest) return name;
  return `${name.slice(0, longest - 9).replace(/[_-]+$/, "")}_${shortHash(name)}`;
}

/** `listPets`, `repos_get`: the operation's id, else its method and address, in legal characters. */
export function operationName(method: string, path: string, operationId: unknown): string {
  const given = typeof operationId === "string" ? operationId.slice(0, 500) : "";
  const slug = given
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^A-Za-z0-9_-]+/g, "_")
    .replaceAll(/^[_-]+|[_-]+$/g, "");
  return slug === "" ? toIdentifier(`${method.toLowerCase()} ${path.slice(0, 500)}`) : slug;
}

/** A tool's name: with the prefix, at most 64 characters, not the platform's, not taken; takes it. */
export function claimToolName(prefix: string, name: string, taken: Set<string>): string {
  const full = prefix + name;
  return claimName(isReservedName(full) ? "api_" : "", full, taken);
}

/** The same with the prefix, at most 64 characters, and none that is taken; takes it. */
function claimName(prefix: string, name: string, taken: Set<string>): string {
  const wanted = shorten(prefix + name, longestName);
  for (let count = 1; ; count++) {
    const ending = count === 1 ? "" : `_${count}`;
    const free = shorten(wanted, longestName - ending.length) + ending;
    if (taken.has(free)) continue;
    taken.add(free);
    return free;
  }
}

/** A name of an argument: an identifier that no other argument has; takes it. */
export function claimArgument(name: string, place: string, taken: Set<string>): string {
  const identifier = toIdentifier(name).slice(0, longestName);
  const plain = /^[A-Za-z_]/.test(identifier) ? identifier : `${place}_${identifier}`;
  for (const candidate of [plain, `${plain}_${place}`]) {
    if (taken.has(candidate)) continue;
    taken.add(candidate);
    return candidate;
  }
  return claimName(`${plain.slice(0, 40)}_`, place, taken);
}
