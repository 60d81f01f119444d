import { z } from "zod";
import { jsonText } from "#components/forms/schema.ts";
import { type JsonObject, jsonObject } from "#lib/core/json.ts";
import {
  type CreateDynamicToolInput,
  createDynamicToolInput,
  type RegisterToolInput,
  registerToolInput,
  type Tool,
} from "#lib/tools/schema.ts";
import { formKinds, type KindValues, kindForms, kindOf } from "./kinds/kind-forms.ts";
import { listingFormFields, toListing, toListingFields } from "./tool-listing-schema.ts";

/** The fields of every kind; only those of the chosen one are checked. */
const kindValues = Object.fromEntries(
  formKinds.map((kind) => [kind, z.custom(() => true)]),
) as unknown as { [K in keyof KindValues]: z.ZodType<KindValues[K], KindValues[K]> };

const fields = z.object({
  ...listingFormFields.shape,
  ...kindValues,
  name: z.string(),
  description: z.string(),
  kind: z.enum(formKinds),
  parameters: jsonText(jsonObject),
  config: jsonText(jsonObject),
});

type Values = z.output<typeof fields>;

/** The tool's config: what the kind's fields say, and the JSON beside them; null for mistakes. */
function configOf(values: Values, context: z.RefinementCtx): JsonObject | null {
  const { kind, config } = values;
  const form = kindForms[kind];
  const taken = form.keys.find((key) => Object.hasOwn(config, key));
  if (taken !== undefined) {
    const message = `${taken} has a field of its own above.`;
    context.addIssue({ code: "custom", path: ["config"], message });
  }
  const composed = form.compose(values[kind]);
  if ("config" in composed) return { ...config, ...composed.config };
  for (const { path, message } of composed.issues) {
    context.addIssue({ code: "custom", path: [kind, ...path], message });
  }
  return null;
}

/** The field that the API's complaint about its input at `path` belongs to. */
function fieldAt([first = "", ...rest]: PropertyKey[], values: Values): PropertyKey[] {
  if (first === "timeout_ms") return ["call_timeout_ms"];
  const { kind } = values;
  const path = first === "config" ? rest : first === "implementation" ? [first] : null;
  if (path === null) return [first];
  const own = kindForms[kind].keys.some((key) => key === path[0]);
  return own ? [kind, ...kindForms[kind].fieldAt(path, values[kind])] : ["config"];
}

/** Tells the API's own complaints at the field that each is about. */
function complain(error: z.ZodError | undefined, values: Values, context: z.RefinementCtx): void {
  for (const { path, message } of error?.issues ?? []) {
    context.addIssue({ code: "custom", path: fieldAt(path, values), message });
  }
}

/** A dynamic tool as the form has it → as the API takes it. */
export const dynamicToolForm = fields.transform((values, context): CreateDynamicToolInput => {
  const composed = configOf(values, context);
  if (!composed) return z.NEVER;
  const { implementation, ...config } = composed;
  const { name, description, parameters } = values;
  const input = {
    ...{ name, description, parameters, config, ...toListing(values) },
    implementation: String(implementation ?? ""),
  };
  complain(createDynamicToolInput.safeParse(input).error, values, context);
  return input;
});

/** A tool under an id of one's own as the form has it → as the API takes it. */
export const registerToolForm = fields
  .extend({ tool_id: registerToolInput.shape.tool_id, is_dynamic: z.boolean() })
  .transform((values, context): RegisterToolInput => {
    const { tool_id, name, description, is_dynamic, parameters } = values;
    const config = configOf(values, context);
    if (!config) return z.NEVER;
    const input = {
      ...{ tool_id, name, description, is_dynamic, parameters, config, ...toListing(values) },
    };
    complain(registerToolInput.safeParse(input).error, values, context);
    return input;
  });

export type ToolFields = z.input<typeof fields>;

const exampleParameters = {
  query: { type: "string", description: "What to look for", required: true },
  limit: { type: "integer", default: 10 },
};

/** What the form starts with: a tool, or an example of one. */
export function toToolFields(tool: Tool | undefined): ToolFields {
  const config = tool?.config ?? {};
  const kind = tool ? kindOf(config) : "http";
  const { keys } = kindForms[kind];
  const rest = Object.entries(config).filter(([key]) => !keys.some((own) => own === key));
  const perKind = Object.fromEntries(
    formKinds.map((each) => [each, kindForms[each].toFields(each === kind ? config : {})]),
  ) as KindValues;
  return {
    ...toListingFields(tool),
    ...perKind,
    name: tool?.name ?? "",
    description: tool?.description ?? "",
    kind,
    parameters: JSON.stringify(tool?.parameters ?? exampleParameters, null, 2),
    config: JSON.stringify(Object.fromEntries(rest), null, 2),
  };
}
