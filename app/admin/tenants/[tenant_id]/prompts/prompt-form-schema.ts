import { z } from "zod";
import type { PromptContent, PromptMessage } from "#lib/prompts/content-schema.ts";
import { createPromptInput, type Prompt } from "#lib/prompts/schema.ts";

const contentKinds = ["text", "image", "audio", "resource", "resource_link"] as const;

const argumentRow = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  required: z.boolean(),
  /** One value a line. */
  completions: z.string(),
});

/** One box for each thing that some kind of content has; those of other kinds are left alone. */
const messageRow = z.object({
  role: z.enum(["user", "assistant"]),
  kind: z.enum(contentKinds),
  text: z.string(),
  data: z.string(),
  mime_type: z.string(),
  uri: z.string(),
  name: z.string(),
  /** What the content came with and the form has no box for. */
  kept: z.custom<Partial<PromptContent>>(),
});

export type MessageRow = z.output<typeof messageRow>;

const values = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  icons: z.custom<Prompt["icons"]>(),
  arguments: z.array(argumentRow),
  messages: z.array(messageRow),
});

export type PromptFormValues = z.output<typeof values>;

/** A row as MCP's content; the API checks what is in it. */
function toContent(row: MessageRow): unknown {
  const { kind: type, text, data, mime_type, uri, name, kept } = row;
  const mimeType = mime_type.trim();
  const kind = mimeType === "" ? {} : { mimeType };
  switch (type) {
    case "text":
      return { ...kept, type, text };
    case "image":
    case "audio":
      return { ...kept, type, data, mimeType };
    case "resource":
      return {
        ...kept,
        type,
        resource: { uri, ...kind, ...(data === "" ? { text } : { blob: data }) },
      };
    case "resource_link":
      return { ...kept, type, uri, name, ...kind };
  }
}

function toArgument({
  name,
  title,
  description,
  required,
  completions,
}: z.output<typeof argumentRow>) {
  return {
    ...{ name: name.trim(), required },
    ...(title.trim() === "" ? {} : { title: title.trim() }),
    ...(description.trim() === "" ? {} : { description: description.trim() }),
    completions: completions
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== ""),
  };
}

/** Where the API says a mistake is → the box that it is in. */
function boxOf(path: PropertyKey[]): PropertyKey[] {
  // What is wrong with the whole stands above the form.
  if (path.length === 0) return ["root"];
  const [group, at, ...rest] = path;
  if (group === "arguments" && rest[0] === "completions") return [group, Number(at), "completions"];
  if (group !== "messages" || rest[0] !== "content") return path;
  const boxes: Record<string, string> = { mimeType: "mime_type", blob: "data", resource: "uri" };
  const last = String(rest.at(-1));
  return [group, Number(at), boxes[last] ?? last];
}

/** A prompt as the form has it → as the API takes it. */
export const promptForm = values.transform((given, context) => {
  const input = {
    name: given.name.trim(),
    title: given.title.trim() || null,
    description: given.description.trim(),
    icons: given.icons,
    arguments: given.arguments.map(toArgument),
    messages: given.messages.map((row) => ({ role: row.role, content: toContent(row) })),
  };
  const checked = createPromptInput.safeParse(input);
  if (checked.success) return checked.data;
  for (const { path, message } of checked.error.issues) {
    context.addIssue({ code: "custom", path: boxOf(path), message });
  }
  return z.NEVER;
});

export type PromptFormOutput = z.output<typeof promptForm>;

export const emptyArgument: PromptFormValues["arguments"][number] = {
  ...{ name: "", title: "", description: "", required: false, completions: "" },
};

export const emptyMessage: MessageRow = {
  ...{ role: "user", kind: "text", text: "", data: "", mime_type: "", uri: "", name: "", kept: {} },
};

function toRow({ role, content }: PromptMessage): MessageRow {
  const row = { ...emptyMessage, role, kind: content.type };
  const kept = content.annotations ? { annotations: content.annotations } : {};
  switch (content.type) {
    case "text":
      return { ...row, kept, text: content.text };
    case "image":
    case "audio":
      return { ...row, kept, data: content.data, mime_type: content.mimeType };
    case "resource": {
      const { resource } = content;
      const held = "text" in resource ? { text: resource.text } : { data: resource.blob };
      return { ...row, kept, ...held, uri: resource.uri, mime_type: resource.mimeType ?? "" };
    }
    case "resource_link": {
      const { type: _, uri, name, mimeType, ...rest } = content;
      return { ...row, kept: rest, uri, name, mime_type: mimeType ?? "" };
    }
  }
}

/** What the form starts with: a prompt, or one empty message. */
export function toPromptValues(prompt: Prompt | undefined): PromptFormValues {
  return {
    name: prompt?.name ?? "",
    title: prompt?.title ?? "",
    description: prompt?.description ?? "",
    icons: prompt?.icons ?? [],
    arguments: (prompt?.arguments ?? []).map((argument) => ({
      name: argument.name,
      title: argument.title ?? "",
      description: argument.description ?? "",
      required: argument.required,
      completions: argument.completions.join("\n"),
    })),
    messages: prompt?.messages.map(toRow) ?? [emptyMessage],
  };
}

/** The messages of a form that may not be finished, as far as they can be shown. */
export function toShownMessages(rows: readonly MessageRow[]): PromptMessage[] {
  return rows.map((row) => ({ role: row.role, content: toContent(row) as PromptContent }));
}
