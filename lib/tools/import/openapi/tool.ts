import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { httpMistakes } from "../../http/mistakes.ts";
import { formMistakes } from "../../json-schema/compile.ts";
import { toInputSchema } from "../../json-schema/parameters.ts";
import { registerToolInput } from "../../schema.ts";
import { addBody } from "./body.ts";
import type { Bundler } from "./bundle.ts";
import { cleanText } from "./json-schema.ts";
import { addParameters, emptyRequest, OperationProblem, parametersOf } from "./parameters.ts";
import { follow } from "./references.ts";
import type { Credential, ProposedTool } from "./schema.ts";
import { type Authentication, authenticationOf, type schemesOf } from "./security.ts";
import { addressOf, baseOf } from "./servers.ts";

/** What is the same for all operations of a document. */
export interface Surroundings {
  root: JsonObject;
  documentUrl: string | null;
  /** The server that the caller chose. */
  server: string | null;
  schemes: ReturnType<typeof schemesOf>;
  credentials: Readonly<Record<string, Credential>>;
  outputSchemas: boolean;
  requests: Bundler;
  responses: Bundler;
}

export interface Operation {
  method: string;
  path: string;
  pathItem: JsonObject;
  operation: JsonObject;
}

const longestDescription = 4_000;
const sendable = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);

function annotationsOf(method: string): ProposedTool["annotations"] {
  const isRead = method === "GET" || method === "HEAD";
  return {
    ...(isRead ? { readOnlyHint: true } : {}),
    ...(method === "DELETE" ? { destructiveHint: true } : {}),
    ...(method === "DELETE" || method === "PUT" ? { idempotentHint: true } : {}),
    openWorldHint: true,
  };
}

function descriptionOf(operation: JsonObject): string {
  const text = cleanText(operation.description, longestDescription) || cleanText(operation.summary);
  return operation.deprecated === true ? `Deprecated. ${text}`.trim() : text;
}

/** The schema of the first successful JSON answer, where that is an object. */
function outputSchemaOf(
  { root, responses }: Surroundings,
  operation: JsonObject,
  warnings: string[],
): JsonObject | null {
  const listed = isJsonObject(operation.responses) ? operation.responses : {};
  const status = Object.keys(listed)
    .filter((one) => /^2(\d\d|XX)$/i.test(one))
    .sort()[0];
  if (status === undefined) return null;
  const response = follow(root, listed[status]);
  const content = isJsonObject(response.content) ? response.content : {};
  const type = Object.keys(content).find((one) => /^application\/([\w.-]+\+)?json\b/i.test(one));
  const media = type === undefined ? undefined : content[type];
  if (!isJsonObject(media) || !isJsonObject(media.schema)) return null;
  const shape = follow(root, media.schema);
  if (shape.type !== "object" && !isJsonObject(shape.properties)) return null;
  const warn = (message: string) => warnings.push(message);
  const made = responses.complete(responses.convert(media.schema, warn));
  if ("problem" in made) {
    warn(`Its answer ${made.problem}, and is not checked.`);
    return null;
  }
  warnings.push(...made.warnings.map((one) => one.replace("Its schema", "Its answer's schema")));
  return { type: "object", ...made.schema };
}

/** Throws `OperationProblem` for what would not be taken as a tool. */
function check(tool: ProposedTool): void {
  const parsed = registerToolInput.safeParse({ tool_id: "tool", ...tool });
  const [issue] = parsed.error?.issues ?? [];
  if (issue) {
    throw new OperationProblem(
      `makes no tool: ${issue.path.join("/").slice(0, 100)} ${issue.message}`,
    );
  }
  const [mistake] = [
    ...httpMistakes(tool.config, toInputSchema(tool.parameters)),
    ...formMistakes(tool.parameters),
    ...(tool.output_schema === null ? [] : formMistakes(tool.output_schema)),
  ];
  if (mistake) {
    throw new OperationProblem(
      `makes no tool: ${mistake.pointer.slice(0, 100)} ${mistake.message}`,
    );
  }
}

function configOf(
  { method, path }: Operation,
  base: string,
  { auth, headers, query }: Authentication,
  request: ReturnType<typeof emptyRequest>,
  body: ReturnType<typeof addBody>,
): JsonObject {
  const sent = new Map([...request.headers]);
  for (const [name, value] of headers) {
    const known = sent.get(name);
    sent.set(name, known !== undefined && name === "Cookie" ? `${known}; ${value}` : value);
  }
  return {
    type: "openapi",
    implementation: addressOf(base, path, request.path),
    method,
    query: Object.fromEntries([...request.query, ...query]),
    ...(sent.size > 0 ? { headers: Object.fromEntries(sent) } : {}),
    ...body,
    ...(auth === null ? {} : { auth }),
  };
}

/**
 * The tool that an operation becomes, under the name given. Throws `OperationProblem`,
 * `ReferenceProblem` or `ServerProblem` for one that cannot become a tool.
 */
export function toolOf(
  around: Surroundings,
  operation: Operation,
  name: string,
): { tool: ProposedTool; warnings: string[]; schemes: string[] } {
  const { root, requests } = around;
  const { method, pathItem, operation: given } = operation;
  if (!sendable.has(method)) {
    throw new OperationProblem(`is a ${method} operation, which a tool cannot send`);
  }
  const base = baseOf(
    { root, path: pathItem, operation: given },
    { chosen: around.server, documentUrl: around.documentUrl },
  );
  const request = emptyRequest();
  const { warnings } = request;
  addParameters(
    request,
    withPlaceholders(parametersOf(root, pathItem, given), operation),
    requests,
  );
  const body = addBody(request, root, operation, requests);
  const requirement = given.security ?? root.security;
  const authentication = authenticationOf(requirement, around.schemes, around.credentials);
  warnings.push(...authentication.warnings);
  const config = configOf(operation, base, authentication, request, body);
  const made = requests.complete({
    type: "object",
    properties: Object.fromEntries(request.properties),
    ...(request.required.size > 0 ? { required: [...request.required] } : {}),
    additionalProperties: false,
  });
  if ("problem" in made) throw new OperationProblem(made.problem);
  warnings.push(...made.warnings);
  const tool: ProposedTool = {
    name,
    title: cleanText(given.summary, 200).replaceAll(/[\t\n\r]+/g, " ") || null,
    description: descriptionOf(given),
    config,
    parameters: made.schema,
    output_schema: around.outputSchemas ? outputSchemaOf(around, given, warnings) : null,
    annotations: annotationsOf(method),
  };
  check(tool);
  return { tool, warnings: [...new Set(warnings)].slice(0, 20), schemes: authentication.schemes };
}

type Parameters = ReturnType<typeof parametersOf>;

/** A placeholder of the path that no parameter describes is an argument all the same. */
function withPlaceholders(parameters: Parameters, { path }: Operation): Parameters {
  const described = new Set(
    parameters.flatMap(({ place, name }) => (place === "path" ? name : [])),
  );
  const names = [...path.matchAll(/\{([^{}]+)\}/g)].map(([, name]) => name ?? "");
  const missing = [...new Set(names)].filter((name) => !described.has(name));
  const schema = { type: "string" };
  const added = missing.map((name) => ({
    ...{ name, place: "path" as const, required: true, given: {}, schema, shape: schema },
    isJson: false,
  }));
  // One that the path has no place for would be asked for in vain.
  const used = parameters.filter(({ place, name }) => place !== "path" || names.includes(name));
  return [...added, ...used];
}
