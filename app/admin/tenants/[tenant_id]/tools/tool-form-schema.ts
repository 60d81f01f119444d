import { z } from "zod";
import { jsonText, type Pair, pairsRecord, toPairs } from "#components/forms/schema.ts";
import { isJsonObject, type JsonObject, jsonObject } from "#lib/core/json.ts";
import {
  type CreateDynamicToolInput,
  createDynamicToolInput,
  type RegisterToolInput,
  registerToolInput,
  type Tool,
} from "#lib/tools/schema.ts";
import { listingFormFields, toListing, toListingFields } from "./tool-listing-schema.ts";

/** Keys of a tool's config that have fields of their own; the rest is edited as JSON. */
const ownKeys = ["implementation", "method", "headers", "timeout_ms", "retries"];

const fields = z.object({
  ...listingFormFields.shape,
  name: z.string(),
  description: z.string(),
  implementation: z.string().trim(),
  method: z.string(),
  headers: pairsRecord(),
  timeout_ms: z.number().nullable(),
  retries: z.number().nullable(),
  parameters: jsonText(jsonObject),
  config: jsonText(
    jsonObject.superRefine((value, context) => {
      const taken = ownKeys.find((key) => Object.hasOwn(value, key));
      if (taken === undefined) return;
      context.addIssue({ code: "custom", message: `${taken} has a field of its own above.` });
    }),
  ),
});

/** Only what was filled in, so that the server's defaults stay defaults. */
function configOf(values: z.output<typeof fields>): JsonObject {
  const { implementation, method, headers, timeout_ms, retries, config } = values;
  return {
    ...config,
    ...(implementation === "" ? {} : { implementation }),
    ...(method === defaultMethod ? {} : { method }),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(timeout_ms === null ? {} : { timeout_ms }),
    ...(retries === null ? {} : { retries }),
  };
}

const defaultMethod = "POST";

/** Tells the API's own complaints at the field that each is about. */
function complain(error: z.ZodError | undefined, context: z.RefinementCtx): void {
  for (const issue of error?.issues ?? []) {
    const [first, second] = issue.path;
    if (first === "timeout_ms") {
      context.addIssue({ code: "custom", path: ["call_timeout_ms"], message: issue.message });
      continue;
    }
    const inConfig = first === "config" && ownKeys.includes(String(second));
    const field = String(inConfig ? second : first);
    const key =
      field === "headers" && issue.path[2] !== undefined ? `${String(issue.path[2])} ` : "";
    // Rows of headers have no field for the whole, so the complaint stands at the address.
    const shown = field === "headers" ? "implementation" : field;
    const what = field === "headers" ? `header ${key}` : "";
    context.addIssue({ code: "custom", path: [shown], message: `${what}${issue.message}` });
  }
}

/** A dynamic tool as the form has it → as the API takes it. */
export const dynamicToolForm = fields.transform((values, context): CreateDynamicToolInput => {
  const { implementation, ...config } = configOf(values);
  const { name, description, parameters } = values;
  const input = {
    ...{ name, description, parameters, config, ...toListing(values) },
    implementation: String(implementation ?? ""),
  };
  complain(createDynamicToolInput.safeParse(input).error, context);
  return input;
});

/** A tool under an id of one's own as the form has it → as the API takes it. */
export const registerToolForm = fields
  .extend({ tool_id: registerToolInput.shape.tool_id, is_dynamic: z.boolean() })
  .transform((values, context): RegisterToolInput => {
    const { tool_id, name, description, is_dynamic, parameters } = values;
    const input = {
      ...{ tool_id, name, description, is_dynamic, parameters, config: configOf(values) },
      ...toListing(values),
    };
    complain(registerToolInput.safeParse(input).error, context);
    return input;
  });

export type ToolFields = z.input<typeof fields>;

function headersOf(config: JsonObject): Pair[] {
  if (!isJsonObject(config.headers)) return [];
  const entries = Object.entries(config.headers).map(([key, value]) => [key, String(value)]);
  return toPairs(Object.fromEntries(entries));
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

const exampleParameters = {
  query: { type: "string", description: "What to look for", required: true },
  limit: { type: "integer", default: 10 },
};

/** What the form starts with: a tool, or an example of one. */
export function toToolFields(tool: Tool | undefined): ToolFields {
  const config = tool?.config ?? {};
  const rest = Object.entries(config).filter(([key]) => !ownKeys.includes(key));
  const { implementation, method } = config;
  return {
    ...toListingFields(tool),
    name: tool?.name ?? "",
    description: tool?.description ?? "",
    implementation: typeof implementation === "string" ? implementation : "",
    method: typeof method === "string" ? method.toUpperCase() : defaultMethod,
    headers: headersOf(config),
    timeout_ms: numberOf(config.timeout_ms),
    retries: numberOf(config.retries),
    parameters: JSON.stringify(tool?.parameters ?? exampleParameters, null, 2),
    config: JSON.stringify(Object.fromEntries(rest), null, 2),
  };
}
