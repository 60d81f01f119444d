import { expect, test } from "vitest";
import { z } from "zod";
import { parse } from "./parse.ts";

const schema = z.object({
  name: z.string().min(1).max(3),
  count: z.number().int().min(1).max(9),
  kind: z.enum(["a", "b"]),
  list: z.array(z.string()).min(2).max(1),
  own: z.string({ error: "must be mine" }),
});

function messages(input: unknown): Record<string, string> {
  try {
    parse(schema, input);
    return {};
  } catch (error) {
    const { errors } = error as { errors: { pointer: string; message: string }[] };
    return Object.fromEntries(errors.map(({ pointer, message }) => [pointer, message]));
  }
}

test("a mistake says what must be, and a schema's own words go first", () => {
  expect(messages({ name: "", count: 0, kind: "c", list: [] })).toEqual({
    "/name": "must not be empty",
    "/count": "must be at least 1",
    "/kind": "must be one of a, b",
    "/list": "must have at least 2 entries",
    "/own": "must be mine",
  });
  expect(messages({ name: "long", count: 10, kind: "a", list: ["", ""], own: "" })).toEqual({
    "/name": "must have at most 3 characters",
    "/count": "must be at most 9",
    "/list": "must have at most 1 entry",
  });
  expect(messages({ name: 1, count: 1.5, kind: "a", list: {} })).toMatchObject({
    "/name": "must be a string",
    "/count": "must be a whole number",
    "/list": "must be a list",
  });
  expect(messages(undefined)).toEqual({ "": "is required" });
});
