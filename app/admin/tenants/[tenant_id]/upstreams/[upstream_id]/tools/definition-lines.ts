import { jsonLines } from "#components/versions/json-lines.ts";
import type { UpstreamDefinition } from "#lib/tools/import/upstream/schema.ts";

const invisible = /[\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB]/gu;

/** Characters that are not seen are written out, so that they cannot be overlooked. */
export function visible(text: string): string {
  return text.replaceAll(
    invisible,
    (character) =>
      `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`,
  );
}

/** A definition as lines of text that a person can compare with another's. */
export function definitionLines(definition: UpstreamDefinition): string[] {
  const { title, description, input_schema, output_schema, annotations } = definition;
  return [
    ...(title === null ? [] : [`Title: ${title}`]),
    ...`Description: ${description}`.split("\n"),
    ...jsonLines("Arguments", input_schema),
    ...jsonLines("Output schema", output_schema),
    ...jsonLines("Effects", annotations),
  ].map(visible);
}
