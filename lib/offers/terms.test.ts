import { expect, test } from "vitest";
import { areWorse, digestOfTerms } from "./terms.ts";

const terms = {
  price_micros: 10,
  max_calls: 100,
  max_calls_per_day: null,
  expires_at: "2030-01-01T00:00:00.000Z",
};

test.each([
  ["the same", {}, false],
  ["a lower price", { price_micros: 9 }, false],
  ["a higher price", { price_micros: 11 }, true],
  ["more calls", { max_calls: 101 }, false],
  ["calls without end", { max_calls: null }, false],
  ["fewer calls", { max_calls: 99 }, true],
  ["a limit a day where there was none", { max_calls_per_day: 1_000_000 }, true],
  ["a later end", { expires_at: "2031-01-01T00:00:00.000Z" }, false],
  ["no end", { expires_at: null }, false],
  ["an earlier end", { expires_at: "2029-12-31T23:59:59.999Z" }, true],
  ["a better price for fewer calls", { price_micros: 1, max_calls: 1 }, true],
])("%s is worse for whoever accepted: %o → %s", (_, change, worse) => {
  expect(areWorse({ ...terms, ...change }, terms)).toBe(worse);
});

test("the digest of terms goes by what they say, not by how a time is written", () => {
  const other = { ...terms, expires_at: "2030-01-01T01:00:00+01:00" };
  expect(digestOfTerms(other)).toBe(digestOfTerms(terms));
  expect(digestOfTerms({ ...terms, price_micros: 11 })).not.toBe(digestOfTerms(terms));
});
