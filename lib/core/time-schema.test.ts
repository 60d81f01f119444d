import { expect, test } from "vitest";
import { moment } from "./time-schema.ts";

test.each([
  ["9999-12-31T23:59:59-14:00", false],
  ["9999-12-31T23:59:59-00:01", false],
  ["1969-12-31T23:59:59Z", false],
  ["0000-01-01T00:00:00Z", false],
  ["soon", false],
  ["9999-12-30T00:00:00Z", true],
  ["2027-01-31T00:00:00+02:00", true],
])("%s is a moment that both have: %s", (text, isOne) => {
  expect(moment().safeParse(text).success).toBe(isOne);
});
