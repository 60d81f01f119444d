import fc from "fast-check";
import { expect, test } from "vitest";
import { AppError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { ToolError } from "../calls/tool-error.ts";
import { httpConfig } from "../config/http-config.ts";
import { checkerOf, mistakesOf } from "../json-schema/compile.ts";
import { toInputSchema } from "../json-schema/parameters.ts";
import { headerValue } from "./header-names.ts";
import { select, selectMistake } from "./jmespath.ts";
import { planRequest } from "./request.ts";
import { parseUrlTemplate, urlMistake } from "./url-template.ts";

/** What only our own errors may come of. */
function attempt<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof ToolError || error instanceof AppError) return null;
    throw error;
  }
}

const nasty = fc.constantFrom(
  ...[
    "..",
    ".",
    "%2e%2e",
    "/",
    "//evil.example",
    "\\\\evil.example",
    "@evil.example",
    "#",
    "?",
    "&",
  ],
  ...[
    "\r\nhost: evil.example",
    "\0",
    "http://evil.example",
    ":8080",
    "\ud800",
    "{x}",
    "{{x}}",
    " ",
  ],
);
const text = fc.oneof(nasty, fc.string({ unit: "binary" }), fc.string());
const value = fc.oneof(
  text,
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(text, { maxLength: 3 }),
  fc.jsonValue(),
);
const args = fc.record({ x: value, y: value }, { requiredKeys: [] }) as fc.Arbitrary<JsonObject>;
const piece = fc.constantFrom(
  "{x}",
  "{y}",
  "a",
  "/",
  ".",
  "..",
  "{x}{y}",
  "b-{x}",
  ";k={y}",
  "%2e",
  "\\",
  "\t",
);
const path = fc.array(piece, { maxLength: 6 }).map((pieces) => `/${pieces.join("")}`);
const query = fc.array(fc.constantFrom("a={x}", "{y}", "b=1", "c={x},{y}"), { maxLength: 3 });
const filled = fc.constantFrom("{{x}}", "p {{x}}", "{{y}}{{x}}", "{{x.y}}", "plain");

test("whatever the arguments, a request stays on its host, under its path and in one line", () => {
  fc.assert(
    fc.property(path, query, filled, filled, args, (inPath, inQuery, inHeader, inBody, given) => {
      const address = `https://api.example.com:8443${inPath}${inQuery.length ? "?" : ""}${inQuery.join("&")}`;
      const config = httpConfig.parse({
        query: { q: inHeader },
        headers: { "x-one": inHeader },
        body: { b: inBody, [inBody]: [inHeader] },
      });
      const plan = planRequest(address, config, "tool");
      const request = attempt(() => plan.build({ args: given, secrets: new Map() }));
      if (!request) return;
      expect(request.url.origin).toBe("https://api.example.com:8443");
      expect(request.url.username + request.url.password + request.url.hash).toBe("");
      const depth = (each: string) => each.split("/").length;
      const still = new URL(`https://h${inPath.replaceAll(/\{[^}]*\}/g, "x")}`);
      expect(depth(request.url.pathname)).toBe(depth(still.pathname));
      for (const header of Object.values(request.headers)) expect(header).toMatch(headerValue);
      JSON.parse(String(request.body));
    }),
    { numRuns: 2_000 },
  );
});

test("an address is refused or has the host that it says, and no argument moves it", () => {
  const anything = fc.oneof(fc.webUrl({ withQueryParameters: true, withFragments: true }), text);
  const placed = fc.tuple(anything, fc.nat(60), fc.constantFrom("{x}", "{", "}", "{{x}}", ""));
  fc.assert(
    fc.property(placed, args, ([base, at, insert], given) => {
      const address = base.slice(0, at) + insert + base.slice(at);
      if (urlMistake(address) !== null) return;
      const { origin } = parseUrlTemplate(address);
      const plan = planRequest(address, httpConfig.parse({ method: "GET" }), "tool");
      const request = attempt(() => plan.build({ args: given, secrets: new Map() }));
      if (request) expect(request.url.origin).toBe(origin);
    }),
    { numRuns: 2_000 },
  );
});

test.each(["https://h/a\\{x}", "https://h/.\t{x}", "https://h/.\n{x}"])(
  "an address whose parts would move is refused: %j",
  (address) => {
    expect(urlMistake(address)).toContain("backslash or a line break");
    const plan = () => planRequest(address, httpConfig.parse({ method: "GET" }), "tool");
    for (const x of ["..", "."]) {
      const request = attempt(() => plan().build({ args: { x }, secrets: new Map() }));
      expect(request?.url.pathname.split("/").length ?? 2).toBeGreaterThan(1);
    }
  },
);

test("a JMESPath expression is refused, or answers, or fails with a reason", () => {
  const token = fc.constantFrom(
    ...[
      "a",
      "b",
      ".",
      "[*]",
      "[]",
      "[0]",
      "[?a>`1`]",
      "|",
      "@",
      "{x: a}",
      "[a, b]",
      "&",
      "&&",
      "||",
    ],
    ...[
      "length(@)",
      "sort_by(@, &a)",
      "to_string(@)",
      "`1`",
      "'s'",
      "!",
      "max(@)",
      "let $x = a in",
    ],
  );
  const expression = fc.oneof(
    fc.array(token, { minLength: 1, maxLength: 8 }).map((tokens) => tokens.join("")),
    fc.string(),
  );
  fc.assert(
    fc.property(expression, fc.jsonValue(), (given, data) => {
      if (given === "" || selectMistake(given) !== null) return;
      attempt(() => select(given, data));
    }),
    { numRuns: 1_500 },
  );
});

test("an expression that makes too much of an answer ends, and alone", () => {
  const doubling = Array(40).fill("[@, @]").join(" | ");
  expect(selectMistake(doubling)).toBeNull();
  expect(() => select(doubling, { a: 1 })).toThrow(/too large|took longer/);
  const flattening = Array(60).fill("[@, @] | []").join(" | ");
  expect(() => select(flattening, [1, 2])).toThrow(/too large|took longer|memory/);
  expect(select("a.b", { a: { b: 1 } })).toBe(1);
});

test("a tool's parameters of any shape are refused or check arguments without a crash", () => {
  const keyword = fc.constantFrom(
    ...["type", "properties", "required", "items", "$ref", "enum", "pattern", "anyOf", "$schema"],
    ...["minimum", "additionalProperties", "format", "default", "$defs", "query", "nullable"],
  );
  const schema = fc.dictionary(keyword, fc.oneof(fc.jsonValue(), fc.constantFrom("string", "#/x")));
  fc.assert(
    fc.property(schema, args, (given, values) => {
      const input = attempt(() => toInputSchema(given as JsonObject));
      if (!input || mistakesOf(input).length > 0) return;
      const filled = structuredClone(values) as JsonObject;
      const { check } = checkerOf(JSON.stringify(input), "arguments");
      const errors = attempt(() => check(filled, 1_000));
      if (!errors || errors.length > 0) return;
      const plan = planRequest("https://api.example.com/{x}", httpConfig.parse({}), "tool");
      const request = attempt(() => plan.build({ args: filled, secrets: new Map() }));
      if (request) expect(request.url.host).toBe("api.example.com");
    }),
    { numRuns: 500 },
  );
});

test("a template that repeats a long argument is refused before it fills the memory", () => {
  const body = Array.from({ length: 50_000 }, () => "{{a}}");
  const plan = planRequest("https://api.example.com/", httpConfig.parse({ body }), "tool");
  const build = (a: unknown) => plan.build({ args: { a }, secrets: new Map() });
  expect(() => build("x".repeat(1_000_000))).toThrow(/more than 16777216 characters/);
  expect(() => build(["x".repeat(1_000)])).toThrow(/more than 16777216 characters/);
  expect(build("x").body).toContain('["x","x",');
});
