import { expect, test } from "vitest";
import { stringify } from "yaml";
import { AppError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { mistakesOf } from "../../json-schema/compile.ts";
import { type PlanOptions, planImport } from "./plan.ts";
import type { ProposedTool } from "./schema.ts";
import { largeDocument, styles } from "./testing.ts";

const options: PlanOptions = {
  ...{ documentUrl: null, serverUrl: null, source: null, prefix: "" },
  ...{ names: [], credentials: {}, outputSchemas: false },
};

function documentOf(paths: JsonObject, rest: JsonObject = {}): JsonObject {
  return {
    ...{ openapi: "3.1.0", info: { title: "Pet Store", version: "1" } },
    servers: [{ url: "https://api.example.com/v1/" }],
    paths,
    ...rest,
  };
}

function plan(document: JsonObject, given: Partial<PlanOptions> = {}) {
  return planImport(JSON.stringify(document), { ...options, ...given });
}

/** The only operation of a document, as a tool. */
function only(document: JsonObject, given: Partial<PlanOptions> = {}) {
  const [operation] = plan(document, given).operations;
  if (!operation || "problem" in operation.outcome) throw new Error(JSON.stringify(operation));
  return { ...operation, tool: operation.outcome.tool };
}

function problem(document: JsonObject): string {
  const [operation] = plan(document).operations;
  return operation && "problem" in operation.outcome ? operation.outcome.problem : "none";
}

function refusal(text: string): string {
  try {
    planImport(text, options);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return (error as AppError).message;
  }
  return "none";
}

const text = { type: "string" };
const properties = ({ parameters }: ProposedTool) => parameters.properties as JsonObject;

test("an operation becomes a tool: name, words, address, arguments of every place and hints", () => {
  const { tool } = only(
    documentOf({
      "/pets/{pet-id}": {
        parameters: [{ name: "pet-id", in: "path", required: true, schema: text }],
        put: {
          operationId: "pets/replace",
          summary: "Replace a pet",
          description: "Replaces a pet.",
          parameters: [
            { name: "dry_run", in: "query", schema: { type: "boolean", default: false } },
            { name: "If-Match", in: "header", required: true, schema: text },
            { name: "Authorization", in: "header", schema: text },
          ],
          requestBody: {
            required: true,
            content: {
              "application/json": {
                schema: {
                  type: "object",
                  required: ["name", "id"],
                  properties: {
                    id: { ...text, readOnly: true },
                    name: text,
                    age: { type: "integer" },
                  },
                },
              },
            },
          },
        },
      },
    }),
  );
  expect(tool).toMatchObject({
    ...{ name: "pets_replace", title: "Replace a pet", description: "Replaces a pet." },
    annotations: { idempotentHint: true, openWorldHint: true },
    config: {
      implementation: "https://api.example.com/v1/pets/{pet_id}",
      method: "PUT",
      query: { dry_run: "{{dry_run}}" },
      headers: { "If-Match": "{{If_Match}}" },
      body_type: "json",
      body: { name: "{{name}}", age: "{{age}}" },
    },
  });
  expect(tool.parameters).toEqual({
    type: "object",
    properties: {
      pet_id: { type: "string", title: "pet-id" },
      dry_run: { type: "boolean", description: "Default: false." },
      If_Match: { type: "string", title: "If-Match" },
      name: text,
      age: { type: "integer" },
    },
    required: ["pet_id", "If_Match", "name"],
    additionalProperties: false,
  });
});

test("one name in several places becomes arguments of different names", () => {
  const { tool } = only(
    documentOf({
      "/a/{id}": {
        post: {
          parameters: [
            { name: "id", in: "path", required: true, schema: text },
            { name: "id", in: "query", schema: text },
          ],
          requestBody: {
            content: {
              "application/json": { schema: { type: "object", properties: { id: text } } },
            },
          },
        },
      },
    }),
  );
  expect(Object.keys(properties(tool))).toEqual(["id", "id_query", "id_body"]);
  expect(tool.config).toMatchObject({ query: { id: "{{id_query}}" }, body: { id: "{{id_body}}" } });
  expect(tool.name).toBe("post_a_id");
});

test("a body that is no plain object is one argument, and allOf of plain objects is one object", () => {
  const body = (schema: JsonObject) =>
    only(
      documentOf({
        "/a": { post: { requestBody: { content: { "application/json": { schema } } } } },
      }),
    ).tool;
  expect(body({ type: "array", items: text }).config.body).toBe("{{body}}");
  expect(body({ type: "object", additionalProperties: text }).config.body).toBe("{{body}}");
  const merged = body({
    allOf: [
      { type: "object", properties: { a: text }, required: ["a"] },
      { type: "object", properties: { b: text } },
    ],
  });
  expect(merged.config.body).toEqual({ a: "{{a}}", b: "{{b}}" });
});

test("a form's fields are its properties, an object of style deepObject a field for each of its own", () => {
  const at = {
    type: "object",
    properties: { from: text, deep: { type: "object", properties: { x: text } } },
  };
  const schema = {
    type: "object",
    properties: { name: text, at, tags: { type: "array", items: text } },
  };
  const deep = { style: "deepObject", explode: true };
  const content = {
    "application/x-www-form-urlencoded": { schema, encoding: { at: deep, tags: deep } },
  };
  const { tool } = only(documentOf({ "/a": { post: { requestBody: { content } } } }));
  expect(tool.config).toMatchObject({
    body_type: "form",
    body: {
      ...{ name: "{{name}}", "at[from]": "{{at.from}}", "at[deep][x]": "{{at.deep.x}}" },
      "tags[]": "{{tags}}",
    },
  });
});

test("a body of GET is left out where it may be", () => {
  const content = { "application/json": { schema: { type: "object" } } };
  const get = (required: boolean) =>
    documentOf({ "/a": { get: { requestBody: { required, content } } } });
  expect(only(get(false)).tool.config.body_type).toBe("none");
  expect(problem(get(true))).toContain("needs a body");
});

test("3.0's own schema keywords become those of JSON Schema 2020-12", () => {
  const { tool } = only(
    documentOf(
      {
        "/a": {
          get: {
            parameters: [
              { name: "n", in: "query", schema: { type: "string", nullable: true, example: "x" } },
              {
                name: "m",
                in: "query",
                schema: { type: "number", minimum: 1, exclusiveMinimum: true },
              },
            ],
          },
        },
      },
      { openapi: "3.0.3" },
    ),
  );
  expect(properties(tool)).toEqual({
    n: { type: ["string", "null"], examples: ["x"] },
    m: { type: "number", exclusiveMinimum: 1 },
  });
});

test("schemas that refer to themselves stay references within the tool's own schema", () => {
  const { tool } = only(
    documentOf(
      {
        "/a": {
          post: {
            requestBody: {
              content: {
                "application/json": {
                  schema: { type: "array", items: { $ref: "#/components/schemas/Node" } },
                },
              },
            },
          },
        },
      },
      {
        components: {
          schemas: {
            Node: {
              type: "object",
              properties: {
                next: { $ref: "#/components/schemas/Node" },
                x: { $ref: "#/components/schemas/Loop" },
              },
            },
            Loop: { $ref: "#/components/schemas/Loop" },
          },
        },
      },
    ),
  );
  expect(tool.parameters.$defs).toEqual({
    Node: { type: "object", properties: { next: { $ref: "#/$defs/Node" }, x: {} } },
  });
  expect(mistakesOf(tool.parameters)).toEqual([]);
});

test.each([
  ["another document", { $ref: "https://evil.example/x.json" }, /another document.*not fetched/],
  ["nothing", { $ref: "#/components/parameters/none" }, /not there/],
])("a parameter that refers to %s is a problem of its operation alone", (_, parameter, message) => {
  const document = documentOf({ "/a": { get: { parameters: [parameter] } }, "/b": { get: {} } });
  const [first, second] = plan(document).operations;
  expect(first?.outcome).toMatchObject({ problem: expect.stringMatching(message) });
  expect(second?.outcome).toHaveProperty("tool");
});

test("what a tool cannot send is a problem that says why", () => {
  const body = (type: string) =>
    documentOf({
      "/a": { post: { requestBody: { content: { [type]: { schema: { type: "object" } } } } } },
    });
  expect(problem(body("multipart/form-data"))).toContain("multipart/form-data");
  expect(problem(documentOf({ "/a": { trace: {} } }))).toContain("TRACE");
  expect(problem(documentOf({ a: { get: {} } }))).toContain("does not start with /");
  expect(problem(documentOf({ "/a": { get: {} } }, { servers: [{ url: "/v1" }] }))).toContain(
    "without a host",
  );
});

test("servers are filled in, resolved against the document's address, or chosen by the caller", () => {
  const address = (servers: JsonObject[], given: Partial<PlanOptions> = {}) =>
    only(documentOf({ "/a": { get: {} } }, { servers }), given).tool.config.implementation;
  const variables = { region: { default: "eu" } };
  expect(address([{ url: "https://{region}.example.com/", variables }])).toBe(
    "https://eu.example.com/a",
  );
  expect(address([{ url: "/v2" }], { documentUrl: "https://x.example/d/openapi.json" })).toBe(
    "https://x.example/v2/a",
  );
  expect(address([{ url: "/v2" }], { serverUrl: "https://own.example/base/" })).toBe(
    "https://own.example/base/a",
  );
});

test("lists and objects in the query go in the style that the document names", () => {
  const array = { type: "array", items: text };
  const object = { type: "object", properties: { from: text, to: text } };
  const { tool } = only(
    documentOf({
      "/a": {
        get: {
          parameters: [
            { name: "tags", in: "query", schema: array },
            { name: "ids", in: "query", explode: false, schema: array },
            { name: "at", in: "query", style: "deepObject", explode: true, schema: object },
            { name: "expand", in: "query", style: "deepObject", explode: true, schema: array },
          ],
        },
      },
    }),
  );
  expect(tool.config.query).toEqual({
    tags: "{{tags}}",
    ids: "{{ids}}",
    "at[from]": "{{at_from}}",
    "at[to]": "{{at_to}}",
    "expand[]": "{{expand}}",
  });
  expect(properties(tool).ids).toEqual({
    type: "string",
    description: "Several values are separated by comma.",
  });
});

test("each security scheme becomes the authentication of its kind, by the secret chosen for it", () => {
  const securitySchemes = {
    bearer: { type: "http", scheme: "bearer" },
    basic: { type: "http", scheme: "basic" },
    key: { type: "apiKey", in: "header", name: "X-Key" },
    machine: {
      type: "oauth2",
      flows: { clientCredentials: { tokenUrl: "https://auth.example.com/token", scopes: {} } },
    },
  };
  const credentials = {
    bearer: { secret: "TOKEN" },
    basic: { secret: "PASSWORD", username: "ana" },
    key: { secret: "KEY" },
    machine: { secret: "CLIENT_SECRET", username: "client", scope: "read" },
  };
  const config = (security: JsonObject[], chosen: PlanOptions["credentials"] = credentials) => {
    const document = documentOf(
      { "/a": { get: { security } } },
      { components: { securitySchemes } },
    );
    const made = only(document, { credentials: chosen });
    const all: JsonObject = { ...made.tool.config, warnings: made.warnings };
    return all;
  };
  expect(config([{ bearer: [] }]).auth).toEqual({ type: "bearer", secret: "TOKEN" });
  expect(config([{ basic: [] }]).auth).toEqual({
    ...{ type: "basic", username: "ana", password_secret: "PASSWORD" },
  });
  expect(config([{ key: [] }]).auth).toEqual({
    ...{ type: "api_key", in: "header", name: "X-Key", secret: "KEY" },
  });
  expect(config([{ machine: ["read"] }]).auth).toEqual({
    ...{ type: "oauth2_client_credentials", token_url: "https://auth.example.com/token" },
    ...{ client_id: "client", client_secret: "CLIENT_SECRET", scope: "read" },
  });
  expect(config([{ bearer: [], key: [] }])).toMatchObject({
    auth: { type: "bearer" },
    headers: { "X-Key": "{{secret:KEY}}" },
  });
  expect(config([{ bearer: [] }, { key: [] }], { key: { secret: "KEY" } }).auth).toMatchObject({
    type: "api_key",
  });
  const without = config([{ bearer: [] }], {});
  expect(without).not.toHaveProperty("auth");
  expect(without.warnings).toEqual(['No secret is chosen for "bearer"; it is called without.']);
});

test("the answer's schema is taken where it is wanted and is an object", () => {
  const schema = { type: "object", properties: { id: text, secret: { ...text, writeOnly: true } } };
  const document = documentOf({
    "/a": { get: { responses: { 200: { content: { "application/json": { schema } } } } } },
  });
  expect(only(document).tool.output_schema).toBeNull();
  expect(only(document, { outputSchemas: true }).tool.output_schema).toEqual({
    type: "object",
    properties: { id: text },
  });
});

test("names are unique, legal for every model, and never the platform's or another tool's", () => {
  const operation = (operationId: string) => ({ get: { operationId } });
  const document = documentOf({
    "/a": operation("list pets!"),
    "/b": operation("list_pets"),
    "/c": operation("memory_get"),
    "/d": operation("x".repeat(300)),
    "/e": operation("taken"),
    "/f": operation("platform_x"),
  });
  const names = plan(document, { names: [{ name: "taken", source: null }] }).operations.map(
    ({ name }) => name,
  );
  expect(names.slice(0, 3)).toEqual(["list_pets", "list_pets_2", "api_memory_get"]);
  expect(names.slice(4)).toEqual(["taken_2", "api_platform_x"]);
  for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
});

test("YAML is read like JSON, and Swagger 2.0 is upgraded", () => {
  const document = documentOf({ "/a": { get: { operationId: "a" } } });
  expect(planImport(stringify(document), options)).toEqual(plan(document));
  const old = plan({
    ...{ swagger: "2.0", info: { title: "Old", version: "1" }, host: "old.example" },
    ...{ schemes: ["https"], basePath: "/v1" },
    paths: { "/a": { get: { parameters: [{ name: "q", in: "query", type: "string" }] } } },
  });
  expect(old.operations[0]?.outcome).toMatchObject({
    tool: { config: { implementation: "https://old.example/v1/a", query: { q: "{{q}}" } } },
  });
});

test.each([
  ["nothing", "", /empty/],
  ["a page", "<html><body>API</body></html>", /no OpenAPI|neither JSON nor YAML/],
  ["broken JSON", '{"openapi": ', /cannot be read/],
  ["another version", '{"openapi": "4.0.0"}', /4\.0\.0/],
  ["deep nesting", `{"openapi":"3.1.0","x":${"[".repeat(900)}${"]".repeat(900)}}`, /nests deeper/],
  ["YAML that nests without end", `a: ${"[".repeat(50_000)}`, /neither JSON nor YAML/],
])("%s is refused in words", (_, document, message) => {
  expect(refusal(document)).toMatch(message);
});

test("YAML whose aliases multiply is refused", () => {
  const lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"];
  for (let at = 1; at < 12; at++) {
    const before = Array.from({ length: 10 }, () => `*a${at - 1}`).join(",");
    lines.push(`a${at}: &a${at} [${before}]`);
  }
  expect(refusal(`openapi: 3.1.0\n${lines.join("\n")}`)).toMatch(/more than 3000000 values/);
});

test.each(Object.entries(styles))(
  "a description like a large %s API's becomes tools whose schemas can be used and are not too large",
  (_, style) => {
    const document = largeDocument(style);
    const { operations } = plan(document, { credentials: { token: { secret: "TOKEN" } } });
    expect(operations).toHaveLength(style.operations);
    const tools = operations.flatMap(({ outcome }) => ("tool" in outcome ? [outcome.tool] : []));
    expect(tools).toHaveLength(style.operations);
    for (const tool of tools) {
      expect(JSON.stringify(tool.parameters).length).toBeLessThanOrEqual(16 * 1024);
      expect(tool.config.auth).toEqual({ type: "bearer", secret: "TOKEN" });
    }
    const some = tools.filter((_, at) => at % 97 === 1);
    for (const { parameters } of some) expect(mistakesOf(parameters)).toEqual([]);
  },
  60_000,
);
