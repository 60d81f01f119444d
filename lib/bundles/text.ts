import { Document, visit } from "yaml";
import { readDocument } from "#lib/core/document.ts";
import { type JsonObject, maxJsonDepth } from "#lib/core/json.ts";
import type { Bundle, BundleFormat } from "./schema.ts";

/** What a bundle may be, however it comes in. */
export const bundleLimits = {
  ...{ depth: maxJsonDepth, values: 500_000 },
  characters: 32 * 1024 * 1024,
};

/** What a plain text in YAML may lose: half a surrogate pair, and spaces that are not ASCII's. */
const fragile = /[^\P{White_Space}\n\t ]|\uFEFF|\p{Cs}|[\x7F-\x9F\uFFFE\uFFFF]/u;

/** What YAML has as an escape alone. */
const unprintable = /[\x7F-\x9F\uFFFE\uFFFF]/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function toYaml(bundle: Bundle): string {
  const document = new Document(bundle, { schema: "core", aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, node) {
      // JSON has one zero.
      if (node.value === 0) node.value = 0;
      if (typeof node.value === "string" && fragile.test(node.value)) node.type = "QUOTE_DOUBLE";
    },
  });
  return document.toString({ lineWidth: 0 }).replace(unprintable, escaped);
}

/** The bundle as text that a person can read and a version control can compare: one text for one state. */
export function bundleText(bundle: Bundle, format: BundleFormat): string {
  return format === "yaml" ? toYaml(bundle) : `${JSON.stringify(bundle, null, 2)}\n`;
}

/** The object that a bundle's text is. Throws `invalid_request`. */
export function readBundleText(text: string): JsonObject {
  return readDocument(text, bundleLimits, "bundle");
}
