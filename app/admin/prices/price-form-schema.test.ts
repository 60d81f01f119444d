import { expect, test } from "vitest";
import { importForm, listExample, newPriceValues, priceForm } from "./price-form-schema.ts";

const values = { ...newPriceValues, provider: "openai", model: "m", input: "2.5", output: "10" };

test("amounts a million tokens become micro-units, and a moment is in UTC", () => {
  const given = { ...values, cached: "0.25", effective_from: "2026-05-01T10:30" };
  expect(priceForm.parse(given).prices).toEqual([
    {
      ...{ provider: "openai", model: "m", input_micros: 2_500_000, output_micros: 10_000_000 },
      ...{ cached_micros: 250_000, effective_from: "2026-05-01T10:30:00.000Z" },
    },
  ]);
  expect(priceForm.parse(values).prices[0]).not.toHaveProperty("effective_from");
});

test.each([
  [{ provider: "Open AI" }, "provider"],
  [{ model: "" }, "model"],
  [{ input: "cheap" }, "input"],
  [{ cached: "-1" }, "cached"],
])("%j is told at its field", (wrong, field) => {
  const { error } = priceForm.safeParse({ ...values, ...wrong });
  expect(error?.issues.map(({ path }) => path[0])).toContain(field);
});

test("a list is the API's input or its array alone, and a mistake says where", () => {
  const { list } = importForm.parse({ list: listExample });
  expect(importForm.parse({ list: JSON.stringify(list.prices) }).list).toEqual(list);
  const { error } = importForm.safeParse({ list: '[{ "provider": "x" }]' });
  expect(error?.issues[0]?.message).toMatch(/^prices\.0\./);
});
