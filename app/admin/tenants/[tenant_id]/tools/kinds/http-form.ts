import { z } from "zod";
import { type Pair, pairsRecord, toPairs } from "#components/forms/schema.ts";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { authFieldAt, authFields, toAuth, toAuthFields } from "./http-auth-form.ts";
import { kindForm } from "./kind-form.ts";

const defaultMethod = "POST";

/** What a request's body is; `rest…`: the arguments that nothing else uses. */
export const bodyModes = [
  { value: "rest", label: "The other arguments, as JSON" },
  { value: "rest_form", label: "The other arguments, as a form" },
  { value: "json", label: "JSON of your own" },
  { value: "form", label: "A form of your own" },
  { value: "text", label: "Text of your own" },
  { value: "none", label: "No body" },
] as const;

type BodyMode = (typeof bodyModes)[number]["value"];

export const readings = [
  { value: "auto", label: "By its content type" },
  { value: "json", label: "As JSON" },
  { value: "json_lines", label: "As JSON, a value a line" },
  { value: "events", label: "As server-sent events" },
  { value: "text", label: "As text" },
  { value: "binary", label: "As bytes" },
] as const;

const fields = z
  .object({
    url: z.string().trim(),
    method: z.string(),
    headers: pairsRecord(),
    query: pairsRecord(),
    body_mode: z.enum(bodyModes.map(({ value }) => value)),
    body: z.string(),
    auth: authFields,
    select: z.string().trim(),
    read_as: z.enum(readings.map(({ value }) => value)),
    max_bytes: z.number().nullable(),
    stream: z.boolean(),
    timeout_ms: z.number().nullable(),
    retries: z.number().nullable(),
  })
  .superRefine(({ body_mode, body }, refinement) => {
    if (body_mode !== "json" && body_mode !== "form") return;
    if (!isJson(body))
      refinement.addIssue({ code: "custom", path: ["body"], message: "Not valid JSON." });
  });

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Texts as they are, other values as JSON. */
function pairsOf(record: unknown): Pair[] {
  if (!isJsonObject(record)) return [];
  const entries = Object.entries(record).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return toPairs(Object.fromEntries(entries));
}

/** The other way round, for the lists that a query may have. */
function queryOf(record: Record<string, string>): JsonObject {
  const entries = Object.entries(record).map(([name, text]) => [
    name,
    text.startsWith("[") && isJson(text) ? JSON.parse(text) : text,
  ]);
  return Object.fromEntries(entries);
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function bodyModeOf({ body, body_type }: JsonObject): BodyMode {
  if (body_type === "none") return "none";
  if (body === undefined) return body_type === "form" ? "rest_form" : "rest";
  return body_type === "form" || body_type === "text" ? body_type : "json";
}

/** A text is shown as it is only where it is sent so: in JSON it has its quotes. */
function bodyTextOf(config: JsonObject): string {
  const { body } = config;
  if (body === undefined) return "";
  const isText = bodyModeOf(config) === "text" && typeof body === "string";
  return isText ? body : JSON.stringify(body, null, 2);
}

function bodyConfig(mode: BodyMode, body: string): JsonObject {
  switch (mode) {
    case "rest":
      return {};
    case "rest_form":
      return { body_type: "form" };
    case "none":
      return { body_type: "none" };
    case "text":
      return { body, body_type: "text" };
    case "json":
      return { body: JSON.parse(body) };
    case "form":
      return { body: JSON.parse(body), body_type: "form" };
  }
}

/** Which row of a table of names and values a complaint is about. */
function rowAt(field: string, rows: readonly Pair[], name: PropertyKey | undefined): PropertyKey[] {
  const index = rows.findIndex(({ key }) => key.trim() === name);
  return index < 0 ? ["url"] : [field, index, "value"];
}

const responseFields: Record<string, PropertyKey> = { type: "read_as" };

/** A tool that is an HTTP endpoint. */
export const httpForm = kindForm({
  label: "HTTP",
  about: "Calls an address of yours",
  keys: [
    ...["implementation", "method", "query", "headers", "body", "body_type", "auth", "response"],
    ...["timeout_ms", "retries"],
  ],
  fields,
  toFields(config) {
    const { implementation, method, headers, query, auth, timeout_ms, retries } = config;
    const response = isJsonObject(config.response) ? config.response : {};
    return {
      url: typeof implementation === "string" ? implementation : "",
      method: typeof method === "string" ? method.toUpperCase() : defaultMethod,
      headers: pairsOf(headers),
      query: pairsOf(query),
      body_mode: bodyModeOf(config),
      body: bodyTextOf(config),
      auth: toAuthFields(auth),
      select: typeof response.select === "string" ? response.select : "",
      read_as: readings.find(({ value }) => value === response.type)?.value ?? "auto",
      max_bytes: numberOf(response.max_bytes),
      stream: response.stream === true,
      timeout_ms: numberOf(timeout_ms),
      retries: numberOf(retries),
    };
  },
  toConfig({ url, method, headers, query, body_mode, body, timeout_ms, retries, ...rest }) {
    const auth = toAuth(rest.auth);
    const response = {
      ...(rest.select === "" ? {} : { select: rest.select }),
      ...(rest.read_as === "auto" ? {} : { type: rest.read_as }),
      ...(rest.max_bytes === null ? {} : { max_bytes: rest.max_bytes }),
      ...(rest.stream ? { stream: true } : {}),
    };
    return {
      implementation: url,
      ...(method === defaultMethod ? {} : { method }),
      ...(Object.keys(query).length === 0 ? {} : { query: queryOf(query) }),
      ...(Object.keys(headers).length === 0 ? {} : { headers }),
      ...bodyConfig(body_mode, body),
      ...(auth === null ? {} : { auth }),
      ...(Object.keys(response).length === 0 ? {} : { response }),
      ...(timeout_ms === null ? {} : { timeout_ms }),
      ...(retries === null ? {} : { retries }),
    };
  },
  fieldAt([key, name], { headers, query }) {
    if (key === "headers") return rowAt("headers", headers, name);
    if (key === "query") return rowAt("query", query, name);
    if (key === "auth") return ["auth", authFieldAt(name)];
    if (key === "response") return [responseFields[String(name)] ?? name ?? "select"];
    if (key === "body_type") return ["body_mode"];
    return [key === "implementation" ? "url" : (key ?? "url")];
  },
});
