import { AppError } from "#lib/core/errors.ts";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { withTimeLimit } from "../../calls/time-limit.ts";
import { bundlerOf } from "./bundle.ts";
import { methods, mostOperations, readDescription, tooManyOperations } from "./document.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { cleanText } from "./json-schema.ts";
import { claimToolName, operationName, toIdentifier } from "./names.ts";
import { OperationProblem } from "./parameters.ts";
import { follow, ReferenceProblem } from "./references.ts";
import type { Credential, ProposedTool, SecurityScheme } from "./schema.ts";
import { schemesOf } from "./security.ts";
import { type Server, ServerProblem, serversOf, toBase } from "./servers.ts";
import { type Operation, type Surroundings, toolOf } from "./tool.ts";

/** The operations of a whole document; its thread ends sooner. */
const planLimitMs = 60_000;

export interface PlanOptions {
  /** Where the document was fetched from, for servers that are relative to it. */
  documentUrl: string | null;
  serverUrl: string | null;
  /** Null: the document's title. */
  source: string | null;
  prefix: string;
  /** Names and ids of the tenant's tools, with the source that each was imported from. */
  names: readonly { name: string; source: string | null }[];
  credentials: Readonly<Record<string, Credential>>;
  outputSchemas: boolean;
}

export interface PlannedOperation {
  key: string;
  method: string;
  path: string;
  tags: string[];
  deprecated: boolean;
  name: string;
  summary: string;
  warnings: string[];
  schemes: string[];
  /** What it becomes, or why it cannot become a tool. */
  outcome: { tool: ProposedTool; fingerprint: string } | { problem: string };
}

/** What would come of a document; nothing of it is written. */
export interface Plan {
  source: string;
  title: string;
  version: string;
  openapi: string;
  servers: Server[];
  schemes: SecurityScheme[];
  operations: PlannedOperation[];
}

function operationsOf(root: JsonObject): Operation[] {
  const paths = isJsonObject(root.paths) ? Object.entries(root.paths) : [];
  const found: Operation[] = [];
  for (const [path, value] of paths) {
    if (path.length > 2_000 || !path.isWellFormed()) continue;
    let pathItem: JsonObject;
    try {
      pathItem = follow(root, value);
    } catch {
      continue;
    }
    for (const method of methods) {
      const operation = pathItem[method];
      if (!isJsonObject(operation)) continue;
      found.push({ method: method.toUpperCase(), path, pathItem, operation });
    }
  }
  // References to path items make operations that were not counted before.
  if (found.length > mostOperations) throw tooManyOperations(found.length);
  return found;
}

function problemOf(error: unknown): string {
  const isKnown =
    error instanceof OperationProblem ||
    error instanceof ReferenceProblem ||
    error instanceof ServerProblem;
  if (isKnown) return `It ${error.message}.`;
  return "It cannot be read.";
}

function planned(operation: Operation, name: string, around: Surroundings): PlannedOperation {
  const { method, path, operation: given } = operation;
  const tags = Array.isArray(given.tags) ? given.tags : [];
  const shown = {
    key: `${method} ${path}`,
    method,
    path,
    tags: tags.slice(0, 10).map((tag) => cleanText(tag, 100)),
    deprecated: given.deprecated === true,
    name,
    summary: cleanText(given.summary, 300) || cleanText(given.description, 300),
  };
  try {
    const { tool, warnings, schemes } = toolOf(around, operation, name);
    return { ...shown, warnings, schemes, outcome: { tool, fingerprint: fingerprintOf(tool) } };
  } catch (error) {
    return { ...shown, warnings: [], schemes: [], outcome: { problem: problemOf(error) } };
  }
}

/** A source's name: the title in small letters. */
function sourceOf(title: string): string {
  return toIdentifier(title).toLowerCase().slice(0, 64).replace(/_+$/, "") || "api";
}

function chosenServer(url: string | null): string | null {
  if (url === null) return null;
  try {
    return toBase(url, null);
  } catch {
    throw new AppError(
      "invalid_request",
      "server_url: must be an address such as https://host/v1",
      {
        errors: [{ pointer: "/server_url", message: "must be an http(s) address without a query" }],
      },
    );
  }
}

/**
 * Reads a document and works out the tool of each operation. Pure: nothing is fetched or written.
 * Throws `invalid_request` for what is no OpenAPI description.
 */
export function planImport(text: string, options: PlanOptions): Plan {
  const { version: openapi, root } = readDescription(text);
  const schemes = schemesOf(root);
  const around: Surroundings = {
    root,
    documentUrl: options.documentUrl,
    server: chosenServer(options.serverUrl),
    schemes,
    credentials: options.credentials,
    outputSchemas: options.outputSchemas,
    requests: bundlerOf(root, "request"),
    responses: bundlerOf(root, "response"),
  };
  const info = isJsonObject(root.info) ? root.info : {};
  const title = cleanText(info.title, 200).replaceAll(/\s+/g, " ") || "API";
  const source = options.source ?? sourceOf(title);
  const others = options.names.filter((one) => one.source !== source);
  const taken = new Set(others.map(({ name }) => name));
  const found = operationsOf(root);
  const plan = (operation: Operation) => {
    const name = operationName(operation.method, operation.path, operation.operation.operationId);
    return planned(operation, claimToolName(options.prefix, name || "operation", taken), around);
  };
  // One limit for all: the watch over each of thousands of schemas costs more than their checks.
  const operations = withTimeLimit(planLimitMs, () => found.map(plan));
  return {
    source,
    title,
    version: cleanText(String(info.version ?? ""), 100),
    openapi,
    servers: serversOf(root, options.documentUrl),
    schemes: [...schemes.values()].map(({ name, description, kind, note }) => ({
      ...{ name, description, kind, note },
    })),
    operations,
  };
}
