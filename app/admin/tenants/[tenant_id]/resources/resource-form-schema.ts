import { z } from "zod";
import { jsonText } from "#components/forms/schema.ts";
import { icons } from "#lib/core/icon-schema.ts";
import { jsonObject } from "#lib/core/json.ts";
import { driverKindOf } from "#lib/resources/drivers/kind.ts";
import {
  type RegisterResourceInput,
  type Resource,
  registerResourceInput,
  resourceAnnotations,
} from "#lib/resources/schema.ts";
import {
  type ConnectionValues,
  connectionForms,
  toConnectionValues,
} from "./connections/connection-forms.ts";

const { resource_id, name, type, uri, description, access_permissions, health_check_minutes } =
  registerResourceInput.shape;

/** What becomes of the content that is kept: as it is, none, the text, or the file's bytes. */
const contentChoices = ["keep", "none", "text", "file"] as const;

/** A resource as the API takes it, and the file that is to be kept with it. */
export interface ResourceSubmit {
  input: RegisterResourceInput;
  file: File | null;
}

const fields = z.object({
  resource_id,
  name,
  title: z.string(),
  type,
  uri,
  source: z.string().trim(),
  mime_type: z.string().trim(),
  description,
  access_permissions: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((word) => word !== ""))
    .superRefine((words, context) => {
      const issue = access_permissions.safeParse(words).error?.issues[0];
      // The place in the list is no field of the form.
      if (issue) context.addIssue({ code: "custom", message: `Each ${issue.message}.` });
    }),
  /** Of each kind; the type and the address say which one is read. */
  connection: z.custom<ConnectionValues>(),
  health_check_minutes,
  metadata: jsonText(jsonObject),
  icons: jsonText(icons),
  annotations: jsonText(resourceAnnotations),
  content: z.enum(contentChoices),
  text: z.string(),
  file: z.custom<File | null>(),
});

type Fields = z.output<typeof fields>;

/** Absent: what is kept stays. A file replaces it in a request of its own. */
function contentOf({ content, text }: Fields): Pick<RegisterResourceInput, "content"> {
  if (content === "text") return { content: { text } };
  return content === "none" ? { content: null } : {};
}

/** A resource as the form has it → as the API takes it. */
export const resourceForm = fields.transform((values, context): ResourceSubmit => {
  const { content, text: _, file, title, source, mime_type, connection, ...rest } = values;
  const kind = driverKindOf(values);
  const composed =
    kind === null ? { connection: {} } : connectionForms[kind].compose(connection[kind]);
  if ("issues" in composed) {
    for (const { path, message } of composed.issues) {
      context.addIssue({ code: "custom", path: ["connection", kind ?? "", ...path], message });
    }
    return z.NEVER;
  }
  const blankIsNull = (value: string) => (value.trim() === "" ? null : value);
  const input = {
    ...rest,
    title: blankIsNull(title),
    source: blankIsNull(source),
    // A file brings its own type.
    mime_type: content === "file" ? null : blankIsNull(mime_type),
    connection: composed.connection,
    ...contentOf(values),
  };
  for (const { path, message } of registerResourceInput.safeParse(input).error?.issues ?? []) {
    const [field, ...within] = path;
    const isWithin = field === "connection" && kind !== null;
    const at = isWithin
      ? [field, kind, ...connectionForms[kind].fieldAt(within)]
      : path.slice(0, 1);
    context.addIssue({ code: "custom", path: at, message });
  }
  if (content === "file" && !file) {
    context.addIssue({ code: "custom", path: ["file"], message: "Choose a file." });
  }
  return { input, file: content === "file" ? withType(file, mime_type) : null };
});

/** The file under the type that the form says, where it says one. */
function withType(file: File | null, mimeType: string): File | null {
  return file && mimeType !== "" ? new File([file], file.name, { type: mimeType }) : file;
}

export type ResourceFormValues = z.input<typeof fields>;

/** What the form starts with: a resource and the text that is kept with it, or nothing. */
export function toResourceValues(
  resource: Resource | undefined,
  text: string | null = null,
): ResourceFormValues {
  const kept = resource !== undefined && resource.size !== null;
  return {
    resource_id: resource?.resource_id ?? "",
    name: resource?.name ?? "",
    title: resource?.title ?? "",
    type: resource?.type ?? "",
    uri: resource?.uri ?? "",
    source: resource?.source ?? "",
    mime_type: resource?.mime_type ?? "",
    description: resource?.description ?? "",
    access_permissions: (resource?.access_permissions ?? ["read"]).join(", "),
    connection: toConnectionValues(resource?.driver ?? null, resource?.connection ?? {}),
    health_check_minutes: resource?.health_check_minutes ?? null,
    metadata: JSON.stringify(resource?.metadata ?? {}, null, 2),
    icons: JSON.stringify(resource?.icons ?? [], null, 2),
    annotations: JSON.stringify(resource?.annotations ?? {}, null, 2),
    content: kept ? "keep" : "none",
    text: text ?? "",
    file: null,
  };
}
