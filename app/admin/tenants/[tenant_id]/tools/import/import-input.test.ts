import { expect, test } from "vitest";
import type { ImportOperation, ImportPreview } from "#lib/tools/import/openapi/schema.ts";
import { emptyForm, isGiven, suggested, toInput } from "./import-input.ts";

test("a form sends what was entered and leaves out what was not", () => {
  const form = {
    ...emptyForm,
    ...{ origin: "url" as const, url: " https://x.example/openapi.json ", text: "old" },
    credentials: {
      token: { secret: " TOKEN ", username: "", scope: "" },
      other: { secret: "", username: "ana", scope: "" },
    },
  };
  expect(toInput(form)).toEqual({
    ...{ url: "https://x.example/openapi.json", prefix: "", output_schemas: false },
    credentials: { token: { secret: "TOKEN" } },
  });
  expect(toInput({ ...emptyForm, text: "{}", source: "crm" })).toMatchObject({
    ...{ document: "{}", source: "crm" },
  });
  expect([isGiven(form), isGiven(emptyForm)]).toEqual([true, false]);
});

test("what is new or changed is suggested, not what is deprecated, edited here or cannot be", () => {
  const operation = (key: string, rest: Partial<ImportOperation>) => ({
    ...{ key, problem: null, state: "new", edited: false, deprecated: false },
    ...rest,
  });
  const operations = [
    operation("a", {}),
    operation("b", { state: "changed" }),
    operation("c", { state: "changed", edited: true }),
    operation("d", { state: "unchanged" }),
    operation("e", { problem: "It takes a file." }),
    operation("f", { deprecated: true }),
  ];
  expect([...suggested({ operations } as unknown as ImportPreview)]).toEqual(["a", "b"]);
});
