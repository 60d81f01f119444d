import { z } from "zod";
import { errorKinds } from "#lib/core/errors.ts";
import { version } from "#lib/core/version.ts";
import { publicUrl } from "./origin.ts";
import { type ApiRoute, apiRoutes, routeMethods } from "./registry.ts";
import type { RouteSpec } from "./route.ts";

type JsonSchema = Record<string, unknown>;

export interface OpenApiOperation {
  operationId: string;
  summary: string;
  description?: string;
  tags: string[];
  parameters?: {
    name: string;
    in: string;
    required?: boolean;
    description?: string;
    schema: JsonSchema;
  }[];
  requestBody?: { required: boolean; content: Record<string, { schema: JsonSchema }> };
  responses: Record<
    string,
    { description: string; content?: Record<string, { schema: JsonSchema }> }
  >;
  security?: Record<string, string[]>[];
}

export interface OpenApiDocument {
  openapi: "3.1.1";
  info: { title: string; version: string; description: string };
  servers: { url: string }[];
  paths: Record<string, Record<string, OpenApiOperation>>;
  security: Record<string, string[]>[];
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, unknown> };
}

const problemSchema: JsonSchema = {
  type: "object",
  description: "RFC 9457 problem document",
  required: ["type", "title", "status", "detail", "code", "request_id"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    code: { type: "string", enum: Object.keys(errorKinds) },
    request_id: { type: "string" },
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["pointer", "message"],
        properties: { pointer: { type: "string" }, message: { type: "string" } },
      },
    },
  },
};

/** Schemas with an id move to the document's components; the others stand in place. */
function jsonSchema(schema: z.ZodType, io: "input" | "output", shared: JsonSchema): JsonSchema {
  const {
    $defs,
    $schema: _,
    id: __,
    ...own
  } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    target: "draft-2020-12",
  }) as JsonSchema & { $defs?: Record<string, JsonSchema> };
  const moved = JSON.parse(
    JSON.stringify({ own, $defs: $defs ?? {} }).replaceAll('"#/$defs/', '"#/components/schemas/'),
  ) as { own: JsonSchema; $defs: Record<string, JsonSchema> };
  for (const [name, definition] of Object.entries(moved.$defs)) {
    const { id: ___, ...rest } = definition;
    shared[name] = rest;
  }
  const meta = schema.meta() as { id?: string } | undefined;
  if (!meta?.id) return moved.own;
  // A schema that names itself is given as a reference to its definition, which stands there already.
  if (moved.own.$ref === undefined) shared[meta.id] = moved.own;
  return { $ref: `#/components/schemas/${meta.id}` };
}

function parametersOf(path: string, spec: RouteSpec, shared: JsonSchema) {
  const inPath = [...path.matchAll(/\{(.+?)\}/g)].map((match) => ({
    name: match[1] ?? "",
    in: "path",
    required: true,
    schema: { type: "string" } as JsonSchema,
  }));
  const query = spec.query ? jsonSchema(spec.query, "input", shared) : {};
  const required = (query.required as string[] | undefined) ?? [];
  const inQuery = Object.entries((query.properties ?? {}) as Record<string, JsonSchema>).map(
    ([name, schema]) => ({ name, in: "query", required: required.includes(name), schema }),
  );
  const tenant =
    spec.scope === "tenant" && !path.includes("{tenant_id}")
      ? [
          {
            name: "X-Tenant-ID",
            in: "header",
            description: "The tenant to act for. Default: the credential's own, else `default`.",
            schema: { type: "string" } as JsonSchema,
          },
        ]
      : [];
  return [...inPath, ...inQuery, ...tenant];
}

/** Bytes of whatever type the Content-Type header says. */
const anyBytes: Record<string, { schema: JsonSchema }> = {
  "*/*": { schema: { type: "string", format: "binary" } },
};

function operationOf(
  method: string,
  path: string,
  spec: RouteSpec,
  shared: Record<string, JsonSchema>,
): OpenApiOperation {
  const parameters = parametersOf(path, spec, shared);
  const name = path.replaceAll(/[{}]/g, "").split("/").filter(Boolean).join("_");
  return {
    operationId: `${method.toLowerCase()}_${name || "root"}`,
    summary: spec.summary,
    tags: [path.split("/")[1] ?? ""],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(spec.body
      ? {
          requestBody: {
            required: !spec.body.safeParse(undefined).success,
            content: { "application/json": { schema: jsonSchema(spec.body, "input", shared) } },
          },
        }
      : {}),
    ...(spec.takesBytes ? { requestBody: { required: true, content: anyBytes } } : {}),
    responses: {
      [String(spec.status ?? 200)]: {
        description: "Done",
        ...(spec.response
          ? {
              content: {
                "application/json": { schema: jsonSchema(spec.response, "output", shared) },
              },
            }
          : spec.givesBytes
            ? { content: anyBytes }
            : {}),
      },
      default: {
        description: "What went wrong",
        content: spec.error
          ? { "application/json": { schema: jsonSchema(spec.error, "output", shared) } }
          : { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
    ...(spec.scope === "public" ? { security: [] } : {}),
    ...(spec.permission ? { description: `Needs the scope \`${spec.permission}\`.` } : {}),
  };
}

/** The OpenAPI 3.1 document of every route, from the zod schemas that the routes parse with. */
export function buildOpenApi(routes: readonly ApiRoute[] = apiRoutes): OpenApiDocument {
  const shared: Record<string, JsonSchema> = { Problem: problemSchema };
  const paths: OpenApiDocument["paths"] = {};
  for (const { path, handlers } of routes) {
    for (const method of routeMethods) {
      const spec = handlers[method]?.spec;
      if (!spec) continue;
      paths[path] ??= {};
      paths[path][method.toLowerCase()] = operationOf(method, path, spec, shared);
    }
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "TauseStack",
      version,
      description: "Every tenant its own MCP server, memory, tools, resources and meter.",
    },
    servers: [{ url: publicUrl() }],
    paths,
    security: [{ bearer: [] }, { apiKey: [] }],
    components: {
      schemas: shared,
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "An API key" },
        apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
      },
    },
  };
}
