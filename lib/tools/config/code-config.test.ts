import fc from "fast-check";
import { expect, test } from "vitest";
import { allowsFetch, codeConfig } from "./code-config.ts";

const allows = (entries: string[], url: string) =>
  allowsFetch(codeConfig.parse({ fetch_allow: entries }).fetch_allow, new URL(url));

test.each([
  ["api.example.com", "https://api.example.com/a", true],
  ["API.example.com", "http://api.EXAMPLE.com.:8080/", true],
  ["api.example.com", "https://example.com/", false],
  ["api.example.com", "https://api.example.com.evil.example/", false],
  ["api.example.com", "https://api.example.com@evil.example/", false],
  ["api.example.com", "https://evil.example/api.example.com", false],
  ["api.example.com", "https://xapi.example.com/", false],
  ["*.example.com", "https://a.b.example.com/", true],
  ["*.example.com", "https://example.com/", false],
  ["*.example.com", "https://evilexample.com/", false],
  ["example.com:443", "https://example.com/", true],
  ["example.com:443", "http://example.com/", false],
  ["example.com:8443", "https://example.com:8443/", true],
  ["127.0.0.1:80", "http://2130706433/", true],
  ["10.0.0.1", "http://0x7f000001/", false],
  ["[::1]:8080", "http://[::1]:8080/", true],
  ["[::1]:8080", "http://[::1]/", false],
  ["*", "https://anything.example:99/", true],
  ["*:443", "http://anything.example/", false],
])("an allow-list of %s and %s: %s", (entry, url, expected) => {
  expect(allows([entry], url)).toBe(expected);
});

test.each([
  ...["", "a b", "https://a.example", "a.example/x", "a..example", "*.*.example", "a.*", "a@b"],
  ...["a.example:0", "a.example:x", "-a.example", "münchen.example", "[zz]", "a.example:123456"],
])("%j is no host", (entry) => {
  expect(codeConfig.safeParse({ fetch_allow: [entry] }).success).toBe(false);
});

test("an entry lets nothing be called but its own host, or names below it", () => {
  const label = fc.stringMatching(/^[a-z0-9]{1,4}$/);
  const name = fc
    .array(label, { minLength: 2, maxLength: 4 })
    .map((parts) => `${parts.join(".")}.example`);
  fc.assert(
    fc.property(name, name, fc.boolean(), (entry, other, below) => {
      const isOwn = below ? other.endsWith(`.${entry}`) : other === entry;
      expect(allows([below ? `*.${entry}` : entry], `https://${other}/`)).toBe(isOwn);
    }),
  );
});
