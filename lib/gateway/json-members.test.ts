import fc from "fast-check";
import { expect, test } from "vitest";
import { withMembers } from "./json-members.ts";

test("a member's value is exchanged and every other byte stays", () => {
  const text = '{ "seed" : 12345678901234567890, "model":"a", "x":[{"model":"b"}]\n}';
  expect(withMembers(text, { model: '"c"' })).toBe(
    '{ "seed" : 12345678901234567890, "model":"c", "x":[{"model":"b"}]\n}',
  );
});

test("a name that is escaped, or stands there twice, is set wherever it stands", () => {
  const text = String.raw`{"mod\u0065l":"a\"\\","b":1,"model":{"c":"}"}}`;
  expect(withMembers(text, { model: "1" })).toBe(String.raw`{"mod\u0065l":1,"b":1,"model":1}`);
});

test("a member that is absent is added", () => {
  expect(withMembers("{}", { a: "1" })).toBe('{"a":1}');
  expect(withMembers('{"b":"}"} ', { a: "1" })).toBe('{"b":"}","a":1} ');
});

test("whatever the object, it has the members given and its others unchanged", () => {
  const json = fc.dictionary(fc.string(), fc.jsonValue());
  fc.assert(
    fc.property(json, fc.jsonValue(), fc.constantFrom(undefined, 1, 2), (object, value, space) => {
      const text = JSON.stringify({ ...object }, null, space);
      const name = Object.keys(object)[0] ?? "model";
      const given = { model: JSON.stringify(value), [name]: "null" };
      const changed: unknown = JSON.parse(withMembers(text, given));
      const wanted: unknown = JSON.parse(
        JSON.stringify({ ...object, model: name === "model" ? null : value, [name]: null }),
      );
      expect(changed).toEqual(wanted);
    }),
  );
});
