import { z } from "zod";
import { jsonText } from "#components/forms/schema.ts";
import { jsonObject } from "#lib/core/json.ts";
import { type Resource, registerResourceInput } from "#lib/resources/schema.ts";

const { resource_id, name, type, uri, description, access_permissions } =
  registerResourceInput.shape;

/** A resource as the form has it → as the API takes it. */
export const resourceForm = z.object({
  resource_id,
  name,
  type,
  uri,
  description,
  access_permissions: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((word) => word !== ""))
    .superRefine((words, context) => {
      const issue = access_permissions.safeParse(words).error?.issues[0];
      // The place in the list is no field of the form.
      if (issue) context.addIssue({ code: "custom", message: `Each ${issue.message}.` });
    }),
  metadata: jsonText(jsonObject),
});

export type ResourceFormValues = z.input<typeof resourceForm>;

/** What the form starts with: a resource, or nothing. */
export function toResourceValues(resource: Resource | undefined): ResourceFormValues {
  return {
    resource_id: resource?.resource_id ?? "",
    name: resource?.name ?? "",
    type: resource?.type ?? "",
    uri: resource?.uri ?? "",
    description: resource?.description ?? "",
    access_permissions: (resource?.access_permissions ?? ["read"]).join(", "),
    metadata: JSON.stringify(resource?.metadata ?? {}, null, 2),
  };
}
