import { expect, test } from "vitest";
import { definitionLines, visible } from "./definition-lines.ts";

test("characters that are not seen are written out", () => {
  expect(visible("a\u200Bb\u{E0041}")).toBe("a⟨U+200B⟩b⟨U+E0041⟩");
});

test("a definition is told line by line, empty parts left out", () => {
  const definition = {
    ...{ title: null, description: "Adds.\nTwo numbers.", output_schema: null, annotations: {} },
    input_schema: { type: "object" },
  };
  expect(definitionLines(definition)).toEqual([
    ...["Description: Adds.", "Two numbers.", "Arguments:", "  {", '    "type": "object"', "  }"],
    ...["Effects:", "  {}"],
  ]);
});
