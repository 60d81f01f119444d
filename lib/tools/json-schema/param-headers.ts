import type { FieldError } from "#lib/core/errors.ts";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { pointerTo } from "./parameters.ts";
import { instanceKeywords, nameMapKeywords } from "./schema-shape.ts";

const keyword = "x-mcp-header";

/** RFC 9110, section 5.6.2. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$/;
const primitives = new Set<unknown>(["string", "integer", "boolean"]);

/**
 * What is wrong with the `x-mcp-header` annotations of an input schema, as pointers into it (MCP
 * 2026-07-28, Streamable HTTP, custom headers from tool parameters): a token, unique without regard
 * to case, on a string, integer or boolean that a chain of `properties` leads to.
 */
export function headerMistakes(schema: JsonObject): FieldError[] {
  const mistakes: FieldError[] = [];
  const taken = new Set<string>();

  function check(node: JsonObject, path: string[], reachable: boolean): void {
    const header = node[keyword];
    const refuse = (message: string) =>
      mistakes.push({ pointer: pointerTo(...path, keyword), message });
    if (!reachable) return void refuse("can only stand on a property that `properties` leads to");
    if (typeof header !== "string" || !token.test(header)) return void refuse("is no header name");
    if (!primitives.has(node.type)) {
      return void refuse("can only stand on a property of type string, integer or boolean");
    }
    if (taken.has(header.toLowerCase())) return void refuse("is the header of another property");
    taken.add(header.toLowerCase());
  }

  function visit(node: unknown, path: string[], reachable: boolean): void {
    if (Array.isArray(node)) {
      for (const [at, inner] of node.entries()) visit(inner, [...path, String(at)], false);
    }
    if (!isJsonObject(node)) return;
    if (Object.hasOwn(node, keyword)) check(node, path, reachable && path.length > 0);
    for (const [name, value] of Object.entries(node)) {
      if (name === keyword || instanceKeywords.has(name)) continue;
      if (!nameMapKeywords.has(name) || !isJsonObject(value)) {
        visit(value, [...path, name], false);
        continue;
      }
      const leads = reachable && name === "properties";
      for (const [key, inner] of Object.entries(value)) visit(inner, [...path, name, key], leads);
    }
  }

  visit(schema, [], true);
  return mistakes;
}
