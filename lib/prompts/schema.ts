import { z } from "zod";
import { icon, icons } from "#lib/core/icon-schema.ts";
import { jsonObject } from "#lib/core/json.ts";
import { pageQuery, searchText } from "#lib/core/page.ts";
import { line, lines, promptMessage } from "./content-schema.ts";
import { namesIn, templatesOf } from "./template.ts";

const largestPrompt = 1_048_576;
const legalName = /^[A-Za-z0-9_.-]{1,128}$/;
const nameRule = "must have 1 to 128 letters, digits, _, . or -";

/** The name that MCP clients ask for a prompt by. */
export const promptName = z
  .string({ error: "must be a string" })
  .regex(legalName, nameRule)
  .refine((text) => text !== "." && text !== "..", "must not be a dot segment")
  .refine((text) => text !== "new", "must not be a reserved word: new")
  .meta({ examples: ["summarize_ticket"] });

const argumentInput = z.object({
  name: z
    .string({ error: "must be a string" })
    .regex(legalName, nameRule)
    .meta({ description: "What `{{name}}` in the messages stands for." }),
  title: line(200).optional(),
  description: lines(2000).optional(),
  required: z.boolean().default(false),
  completions: z
    .array(line(1000))
    .max(1000)
    .default([])
    .transform((values) => [...new Set(values)])
    .meta({ description: "Values that clients are offered; others may be given too." }),
});

const promptArgument = z
  .object({
    name: z.string(),
    title: z.string().optional(),
    description: z.string().optional(),
    required: z.boolean(),
    completions: z.array(z.string()),
  })
  .meta({ id: "PromptArgument" });

export type PromptArgument = z.output<typeof promptArgument>;

/** What a version holds. */
const document = {
  title: line(200)
    .nullish()
    .transform((text) => text ?? null),
  description: lines(10_000)
    .nullish()
    .transform((text) => text ?? ""),
  icons,
  arguments: z.array(argumentInput).max(50, "must have at most 50 arguments").default([]),
  messages: z
    .array(promptMessage)
    .min(1, "must have at least one message")
    .max(100, "must have at most 100 messages"),
};

type Document = z.output<z.ZodObject<typeof document>>;

const refine = {
  /** Each argument once, each placeholder an argument, and the whole within its size. */
  document(value: Document, refinement: z.RefinementCtx): void {
    const issue = (path: PropertyKey[], message: string) =>
      refinement.addIssue({ code: "custom", path, message });
    const names = new Set<string>();
    for (const [at, { name }] of value.arguments.entries()) {
      if (names.has(name)) issue(["arguments", at, "name"], `"${name}" is there twice`);
      names.add(name);
    }
    for (const [at, { content }] of value.messages.entries()) {
      for (const { path, text } of templatesOf(content)) {
        const unknown = namesIn(text).filter((name) => !names.has(name));
        if (unknown.length === 0) continue;
        const list = unknown.map((name) => `{{${name}}}`).join(", ");
        issue(
          ["messages", at, "content", ...path],
          `${list} names no argument. Add it to the arguments, or take it out of the text`,
        );
      }
    }
    const bytes = new TextEncoder().encode(JSON.stringify(value)).length;
    if (bytes > largestPrompt) issue([], `The prompt has ${bytes} bytes; at most ${largestPrompt}`);
  },
};

const baseVersion = z
  .number({ error: "must be a version's number" })
  .int()
  .min(0)
  .max(2_147_483_647)
  .nullish()
  .meta({
    description:
      "The current version that the change was made on; 0: none. When it is another one by now, the answer is 409. Absent: whatever is there is replaced. `If-Match` says the same.",
  });

export const createPromptInput = z
  .object({ name: promptName, ...document })
  .superRefine(refine.document);

export type CreatePromptInput = z.input<typeof createPromptInput>;

export const putPromptInput = z
  .object({ ...document, base_version: baseVersion })
  .superRefine(refine.document);

export type PutPromptInput = z.input<typeof putPromptInput>;

const versionNumber = z.number().int();

const shown = {
  title: z.string().nullable(),
  description: z.string(),
  icons: z.array(icon),
  arguments: z.array(promptArgument),
  messages: z.array(promptMessage),
};

/** A prompt as its current version says it. */
export const prompt = z
  .object({
    name: z.string(),
    ...shown,
    version: versionNumber.meta({ description: "The version in use, which this is." }),
    latest_version: versionNumber.meta({ description: "The version written last." }),
    tenant_id: z.string(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: "Prompt" });

export type Prompt = z.output<typeof prompt>;

/** A prompt in a list: without what makes it large. */
export const promptSummary = z
  .object({
    name: z.string(),
    title: z.string().nullable(),
    description: z.string(),
    arguments: z.array(promptArgument.omit({ completions: true })),
    messages_count: z.number().int(),
    version: versionNumber,
    latest_version: versionNumber,
    tenant_id: z.string(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: "PromptSummary" });

export type PromptSummary = z.output<typeof promptSummary>;

const author = z.object({ type: z.string(), id: z.string() });

export const promptVersion = z
  .object({
    name: z.string(),
    version: versionNumber,
    is_current: z.boolean(),
    ...shown,
    created_at: z.iso.datetime(),
    created_by: author,
  })
  .meta({ id: "PromptVersion" });

export type PromptVersion = z.output<typeof promptVersion>;

export const promptVersionSummary = promptVersion
  .pick({ version: true, is_current: true, title: true, created_at: true, created_by: true })
  .extend({ messages_count: z.number().int() })
  .meta({ id: "PromptVersionSummary" });

export type PromptVersionSummary = z.output<typeof promptVersionSummary>;

export const promptQuery = pageQuery.extend({ search: searchText });

export type PromptQuery = z.output<typeof promptQuery>;

export const deletedPrompt = z.object({ status: z.literal("deleted"), name: z.string() });

export const renderPromptInput = z
  .object({
    arguments: jsonObject.default({}).meta({ description: "A text for each argument's name." }),
    version: z
      .number({ error: "must be a version's number" })
      .int()
      .min(1)
      .max(2_147_483_647)
      .optional()
      .meta({ description: "Absent: the current one." }),
  })
  .default({ arguments: {} });

/** MCP's GetPromptResult (revision 2026-07-28, server/prompts). */
export const renderedPrompt = z
  .object({ description: z.string().optional(), messages: z.array(promptMessage) })
  .meta({ id: "GetPromptResult" });

export type RenderedPrompt = z.output<typeof renderedPrompt>;
