import type { JsonObject } from "#lib/core/json.ts";

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const words = ["account", "invoice", "ticket", "deploy", "node", "secret", "report", "team"];

interface Style {
  operations: number;
  /** Shared schemas, each of which refers to several others, in circles too. */
  schemas: number;
  version: "3.0.3" | "3.1.0";
  /** How requests carry their body. */
  bodies: "json" | "form" | "shared";
}

/** As three kinds of large public descriptions are: inline bodies, forms, deep shared schemas. */
export const styles = {
  forge: { operations: 1_000, schemas: 400, version: "3.0.3", bodies: "json" },
  payments: { operations: 600, schemas: 500, version: "3.0.3", bodies: "form" },
  cluster: { operations: 1_100, schemas: 700, version: "3.1.0", bodies: "shared" },
} as const satisfies Record<string, Style>;

const sentence =
  "What this is for, told at the length that such descriptions have, with the rules that hold for it and the places where more can be read. ";

function schemaAt(at: number, { schemas, version }: Style): JsonObject {
  const nullable =
    version === "3.0.3" ? { type: "string", nullable: true } : { type: ["string", "null"] };
  const other = (step: number) => ref(`Schema${(at * 7 + step) % schemas}`);
  return {
    type: "object",
    description: sentence.repeat(2),
    required: ["id", "name"],
    properties: {
      id: { type: "integer", format: "int64", readOnly: true },
      name: { type: "string", maxLength: 200, description: sentence, default: "none" },
      note: { ...nullable, description: sentence },
      amount: {
        type: "number",
        ...(version === "3.0.3" ? { minimum: 0, exclusiveMinimum: true } : { exclusiveMinimum: 0 }),
      },
      kind: { type: "string", enum: ["a", "b", "c"], example: "a" },
      parent: other(0),
      children: { type: "array", items: other(1) },
      either: { oneOf: [other(2), other(3), { type: "string" }] },
      labels: { type: "object", additionalProperties: { type: "string" } },
      whole: { allOf: [other(4), { type: "object", properties: { extra: { type: "string" } } }] },
    },
  };
}

function bodyOf(at: number, { bodies, schemas }: Style): JsonObject {
  const shared = ref(`Schema${at % schemas}`);
  if (bodies === "shared") return { content: { "application/json": { schema: shared } } };
  const schema = {
    type: "object",
    required: ["title"],
    properties: {
      title: { type: "string" },
      ...Object.fromEntries(
        words.map((word) => [`${word}_id`, { type: "string", description: sentence }]),
      ),
      settings: shared,
    },
  };
  const type = bodies === "form" ? "application/x-www-form-urlencoded" : "application/json";
  return { required: true, content: { [type]: { schema } } };
}

/** A description of the size and manner of a large public API, always the same. */
export function largeDocument(style: Style): JsonObject {
  const paths: Record<string, JsonObject> = {};
  const methods = ["get", "post", "put", "delete", "patch"];
  for (let at = 0; at < style.operations; at++) {
    const word = words[at % words.length] ?? "thing";
    const group = Math.floor(at / methods.length);
    const path = `/${word}s/{owner}/${word}-${group}/{${word}_id}`;
    const method = methods[at % methods.length] ?? "get";
    const hasBody = method !== "get" && method !== "delete";
    const address = `/group-${group}${path.replace(word, "item")}`;
    const item = paths[address] ?? {
      parameters: [
        { name: "owner", in: "path", required: true, schema: { type: "string" } },
        { $ref: "#/components/parameters/page" },
      ],
    };
    paths[address] = item;
    item[method] = {
      operationId: `${word}s/${method}-${group}`,
      summary: `${method} a ${word}`,
      description: sentence.repeat(4),
      tags: [word],
      ...(hasBody ? { requestBody: bodyOf(at, style) } : {}),
      responses: {
        200: {
          description: "Done",
          content: { "application/json": { schema: ref(`Schema${at % style.schemas}`) } },
        },
      },
    };
  }
  return {
    openapi: style.version,
    info: { title: "Large API", version: "2026-11" },
    servers: [{ url: "https://{region}.example.com/v1", variables: { region: { default: "eu" } } }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      parameters: {
        page: { name: "page", in: "query", schema: { type: "integer", default: 1 } },
      },
      schemas: Object.fromEntries(
        Array.from({ length: style.schemas }, (_, at) => [`Schema${at}`, schemaAt(at, style)]),
      ),
    },
  };
}
