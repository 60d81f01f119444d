import fc from "fast-check";
import { expect, test } from "vitest";
import { AppError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { mistakesOf } from "../../json-schema/compile.ts";
import { planImport } from "./plan.ts";

const hosts = ["api.example.com", "other.example.org:8443", "10.0.0.1"];

/** Text that is meant to lead elsewhere, or that nobody expects. */
const odd = fc.oneof(
  fc.string({ maxLength: 20, unit: "binary" }),
  fc.constantFrom(
    ...["@evil.com", "//evil.com", "\\\\evil.com", "..", "/../..//evil.com", "{a}", "{{a}}", "{"],
    ...["http://evil.com", "%2f%2fevil.com", "#", "?", ":80", "\r\nHost: evil.com", "__proto__"],
    ...["constructor", "id", "name", "", " ", "\u0000", "\ud800", "{{secret:KEY}}"],
  ),
);

const schema = fc.letrec((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      {},
      true,
      false,
      null,
      3,
      { $ref: "#/components/schemas/A" },
      { $ref: "http://x/y" },
    ),
    fc.record(
      {
        type: fc.oneof(
          fc.constantFrom("string", "object", "array", "integer", "null", "file", 7),
          fc.array(fc.constantFrom("string", "null")),
        ),
        nullable: fc.boolean(),
        required: fc.oneof(fc.array(odd), fc.boolean()),
        enum: fc.oneof(fc.array(fc.jsonValue()), odd),
        pattern: fc.oneof(odd, fc.constantFrom("(", "(a+)+$", "^[a-z]$")),
        minimum: fc.oneof(fc.double(), odd),
        exclusiveMinimum: fc.oneof(fc.boolean(), fc.integer()),
        default: fc.jsonValue(),
        properties: fc.oneof(fc.dictionary(odd, tie("schema"), { maxKeys: 3 }), odd),
        items: tie("schema"),
        allOf: fc.array(tie("schema"), { maxLength: 2 }),
        oneOf: fc.array(tie("schema"), { maxLength: 2 }),
        additionalProperties: tie("schema"),
        readOnly: fc.boolean(),
        $id: odd,
        $dynamicRef: odd,
      },
      { requiredKeys: [] },
    ),
  ),
})).schema;

const parameter = fc.record(
  {
    name: odd,
    in: fc.constantFrom("path", "query", "header", "cookie", "body", 3),
    required: fc.boolean(),
    style: fc.constantFrom("form", "deepObject", "matrix", "label", "pipeDelimited", "x"),
    explode: fc.boolean(),
    schema,
    content: fc.dictionary(odd, fc.record({ schema }), { maxKeys: 1 }),
    $ref: fc.constantFrom("#/components/parameters/P", "#/paths", "other.json"),
  },
  { requiredKeys: ["name", "in"] },
);

const operation = fc.record(
  {
    operationId: fc.oneof(odd, fc.integer()),
    summary: odd,
    parameters: fc.oneof(fc.array(parameter, { maxLength: 4 }), odd),
    requestBody: fc.record({
      required: fc.boolean(),
      content: fc.dictionary(
        fc.oneof(
          odd,
          fc.constantFrom("application/json", "text/plain", "application/x-www-form-urlencoded"),
        ),
        fc.record({ schema }),
        { maxKeys: 2 },
      ),
    }),
    security: fc.array(fc.dictionary(fc.constantFrom("k", "b", "none"), fc.constant([])), {
      maxLength: 2,
    }),
    responses: fc.dictionary(
      fc.constantFrom("200", "2XX", "default"),
      fc.record({ content: fc.record({ "application/json": fc.record({ schema }) }) }),
    ),
  },
  { requiredKeys: [] },
);

const path = fc
  .array(fc.oneof(odd, fc.constantFrom("/", "pets", "/{id}", "/{na-me}")), { maxLength: 5 })
  .map((parts) => parts.join(""));

const document = fc.record({
  openapi: fc.constantFrom("3.0.3", "3.1.0"),
  info: fc.oneof(fc.record({ title: odd, version: odd }), fc.constant(null)),
  servers: fc.constantFrom(...hosts).map((host) => [{ url: `https://${host}/v1` }]),
  paths: fc.dictionary(
    fc.oneof(
      path,
      path.map((text) => `/${text}`),
    ),
    fc.dictionary(fc.constantFrom("get", "post", "put", "delete", "trace"), operation, {
      maxKeys: 2,
    }),
    { maxKeys: 4 },
  ),
  components: fc.record({
    schemas: fc.record({ A: schema }),
    parameters: fc.record({ P: parameter }),
    securitySchemes: fc.record({
      k: fc.record({
        type: fc.constant("apiKey"),
        in: fc.constantFrom("header", "query", "cookie", 1),
        name: odd,
      }),
      b: fc.record({ type: fc.constant("http"), scheme: fc.constantFrom("bearer", "basic", "x") }),
    }),
  }),
});

const options = {
  ...{ documentUrl: null, serverUrl: null, source: null, prefix: "", names: [] },
  credentials: { k: { secret: "KEY" }, b: { secret: "TOKEN", username: "ana" } },
  outputSchemas: true,
};

/** The address with each placeholder filled in. */
const filled = (address: string) => address.replaceAll(/\{\w+\}/g, "x");

test("whatever a document says, its tools call the host of its server, and their schemas are sound", () => {
  fc.assert(
    fc.property(document, (given) => {
      const { operations } = planImport(JSON.stringify(given), options);
      const origin = new URL(given.servers[0]?.url ?? "").origin;
      for (const { outcome } of operations) {
        if ("problem" in outcome) continue;
        const { config, parameters, output_schema } = outcome.tool;
        const address = String(config.implementation);
        expect(address.startsWith(`${origin}/v1/`)).toBe(true);
        expect(new URL(filled(address)).origin).toBe(origin);
        const names = Object.keys(parameters.properties as JsonObject);
        for (const [, name] of address.matchAll(/\{([^{}]*)\}/g)) expect(names).toContain(name);
        expect(mistakesOf(parameters)).toEqual([]);
        if (output_schema) expect(mistakesOf(output_schema)).toEqual([]);
        for (const [name, value] of Object.entries((config.headers ?? {}) as JsonObject)) {
          expect(`${name}: ${value}`).not.toMatch(/[\r\n\0]/);
        }
      }
    }),
    { numRuns: 300 },
  );
}, 120_000);

test("text that is no description never does worse than a refusal", () => {
  const anything = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.json(),
    fc.jsonValue().map((value) => JSON.stringify({ openapi: "3.0.0", paths: value })),
    fc
      .jsonValue()
      .map((value) =>
        JSON.stringify({ openapi: "3.1.0", components: value, paths: { "/a": { get: value } } }),
      ),
  );
  fc.assert(
    fc.property(anything, (text) => {
      try {
        planImport(text, options);
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
      }
    }),
    { numRuns: 500 },
  );
}, 120_000);
