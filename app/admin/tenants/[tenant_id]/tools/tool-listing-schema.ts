import { z } from "zod";
import { jsonText, optionalJsonText } from "#components/forms/schema.ts";
import { icons } from "#lib/core/icon-schema.ts";
import { jsonObject } from "#lib/core/json.ts";
import { toolMeta } from "#lib/tools/json-schema/meta-schema.ts";
import { confirmations, taskSupports } from "#lib/tools/listing-schema.ts";
import type { Tool } from "#lib/tools/schema.ts";

const hints = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"] as const;

const hint = z.enum(["unsaid", "true", "false"]);

/** What MCP can say of a tool besides its name and parameters, as the form has it. */
export const listingFormFields = z.object({
  title: z.string(),
  readOnlyHint: hint,
  destructiveHint: hint,
  idempotentHint: hint,
  openWorldHint: hint,
  /** The title within the hints, which has no field: MCP's own title has taken its place. */
  annotations_title: z.string().nullable(),
  confirm: z.enum(confirmations),
  pinned: z.boolean(),
  task_support: z.enum(taskSupports),
  /** `timeout_ms` of the whole call; that of the implementation has its field by that name. */
  call_timeout_ms: z.number().nullable(),
  output_schema: optionalJsonText(jsonObject),
  icons: jsonText(icons),
  meta: jsonText(toolMeta),
});

/** As the API takes it: hints that are not said are left out. */
export function toListing(values: z.output<typeof listingFormFields>) {
  const { title, confirm, pinned, task_support, output_schema, meta } = values;
  const said = hints.filter((name) => values[name] !== "unsaid");
  return {
    ...{ title: title.trim() === "" ? null : title, confirm, pinned, task_support },
    annotations: {
      ...(values.annotations_title === null ? {} : { title: values.annotations_title }),
      ...Object.fromEntries(said.map((name) => [name, values[name] === "true"])),
    },
    ...{ output_schema, icons: values.icons, meta, timeout_ms: values.call_timeout_ms },
  };
}

function hintText(value: boolean | undefined): z.input<typeof hint> {
  return value === undefined ? "unsaid" : value ? "true" : "false";
}

/** What the form starts with: a tool's own, or what a new one has. */
export function toListingFields(tool: Tool | undefined): z.input<typeof listingFormFields> {
  const annotations = tool?.annotations ?? {};
  const schema = tool?.output_schema ?? null;
  return {
    title: tool?.title ?? "",
    readOnlyHint: hintText(annotations.readOnlyHint),
    destructiveHint: hintText(annotations.destructiveHint),
    idempotentHint: hintText(annotations.idempotentHint),
    openWorldHint: hintText(annotations.openWorldHint),
    annotations_title: annotations.title ?? null,
    confirm: tool?.confirm ?? "destructive",
    pinned: tool?.pinned ?? false,
    task_support: tool?.task_support ?? "forbidden",
    call_timeout_ms: tool?.timeout_ms ?? null,
    output_schema: schema === null ? "" : JSON.stringify(schema, null, 2),
    icons: JSON.stringify(tool?.icons ?? [], null, 2),
    meta: JSON.stringify(tool?.meta ?? {}, null, 2),
  };
}
