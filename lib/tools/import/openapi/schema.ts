import { z } from "zod";
import { jsonObject } from "#lib/core/json.ts";
import { oneLine } from "#lib/core/text-schema.ts";
import { secretName } from "#lib/secrets/schema.ts";
import { toolAnnotations } from "../../listing-schema.ts";

/** Tools that one import may write. */
export const mostTools = 2_000;

const text = (longest: number) =>
  z.string({ error: "must be a string" }).max(longest, `must have at most ${longest} characters`);

/** How a scheme's credential is sent. */
export const schemeKinds = [
  "bearer",
  "basic",
  "api_key",
  "client_credentials",
  "unsupported",
] as const;

export type SchemeKind = (typeof schemeKinds)[number];

export const credential = z.object({
  secret: secretName.meta({
    description: "The secret with the token, the API key, the password or the client's secret.",
  }),
  username: oneLine(text(200))
    .optional()
    .meta({ description: "Of basic: the user's name. Of client_credentials: the client's id." }),
  scope: oneLine(text(1_000)).optional().meta({ description: "Of client_credentials." }),
});

export type Credential = z.output<typeof credential>;

const operationKey = text(2_200).meta({ examples: ["GET /pets/{pet_id}"] });

const planFields = {
  document: text(64 * 1024 * 1024)
    .optional()
    .meta({ description: "The description itself, JSON or YAML. This or `url`." }),
  url: oneLine(text(2_000)).optional().meta({ description: "Where to fetch it." }),
  source: z
    .string({ error: "must be a string" })
    .regex(
      /^[a-z0-9][a-z0-9_-]{0,63}$/,
      "must be 1 to 64 small letters, digits, _ or -, starting with a letter or digit",
    )
    .optional()
    .meta({
      description:
        "By what a later import finds the tools of this one. Absent: the document's title.",
    }),
  prefix: z
    .string({ error: "must be a string" })
    .regex(/^([A-Za-z][A-Za-z0-9_-]{0,31})?$/, "must be up to 32 letters, digits, _ or -")
    .default("")
    .meta({ description: "Put before each tool's name.", examples: ["crm_"] }),
  server_url: oneLine(text(2_000)).optional().meta({
    description: "In place of the document's own server.",
  }),
  credentials: z
    .record(text(100), credential, { error: "must be an object of schemes and secrets" })
    .default({})
    .meta({ description: "For each security scheme, the secret that it takes." }),
  output_schemas: z
    .boolean({ error: "must be true or false" })
    .default(false)
    .meta({ description: "Hold each answer against the schema that the document has for it." }),
};

const hasDocument = (input: { document?: string | undefined; url?: string | undefined }) =>
  (input.document === undefined) !== (input.url === undefined);
const wantsDocument = { path: ["document"], message: "give either document or url" };

export const previewImportInput = z
  .object({
    ...planFields,
    detail: z
      .array(operationKey)
      .max(50)
      .optional()
      .meta({ description: "Operations whose definitions are wanted where not all are given." }),
  })
  .refine(hasDocument, wantsDocument);

export type PreviewImportInput = z.input<typeof previewImportInput>;

export const applyImportInput = z
  .object({
    ...planFields,
    operations: z
      .union([z.literal("all"), z.array(operationKey).max(mostTools)], {
        error: `must be "all" or a list of at most ${mostTools} operations`,
      })
      .meta({ description: '"all": each that can be imported.' }),
    digest: text(64)
      .optional()
      .meta({ description: "Of the preview: another document by now is refused." }),
    gone: z
      .enum(["keep", "delete"], { error: "must be keep or delete" })
      .default("keep")
      .meta({ description: "What becomes of tools whose operation the document has no more." }),
    publish: z.boolean({ error: "must be true or false" }).default(true).meta({
      description:
        "false: save all as drafts, which can be tried and are published later (POST /tools/publish).",
    }),
  })
  .refine(hasDocument, wantsDocument)
  .refine(({ publish, gone }) => publish || gone === "keep", {
    path: ["gone"],
    message: "must be keep where publish is false: tools in use would go",
  });

export type ApplyImportInput = z.input<typeof applyImportInput>;

/** What an import says of a tool; the rest of it stays as it is. */
export const proposedTool = z
  .object({
    name: z.string(),
    title: z.string().nullable(),
    description: z.string(),
    config: jsonObject,
    parameters: jsonObject,
    output_schema: jsonObject.nullable(),
    annotations: toolAnnotations,
  })
  .meta({ id: "ProposedTool" });

export type ProposedTool = z.output<typeof proposedTool>;

const importStates = ["new", "unchanged", "changed"] as const;

export const importOperation = z
  .object({
    key: z.string(),
    method: z.string(),
    path: z.string(),
    tags: z.array(z.string()),
    deprecated: z.boolean(),
    name: z.string().meta({ description: "The tool's name." }),
    summary: z.string(),
    problem: z.string().nullable().meta({ description: "Why it cannot be imported." }),
    warnings: z.array(z.string()),
    schemes: z.array(z.string()).meta({ description: "The security schemes that it takes." }),
    state: z.enum(importStates),
    tool_id: z.string().nullable().meta({ description: "Of the tool imported before." }),
    edited: z.boolean().meta({ description: "The tool was changed here since its import." }),
    proposed: proposedTool.nullable().meta({ description: "Null where left out for its size." }),
    current: proposedTool.nullable().meta({ description: "Of a changed one, the tool as it is." }),
  })
  .meta({ id: "ImportOperation" });

export type ImportOperation = z.output<typeof importOperation>;

export const securityScheme = z.object({
  name: z.string(),
  description: z.string(),
  kind: z.enum(schemeKinds),
  note: z.string().nullable(),
});

export type SecurityScheme = z.output<typeof securityScheme>;

export const importPreview = z
  .object({
    source: z.string(),
    title: z.string(),
    version: z.string().meta({ description: "Of the API." }),
    openapi: z.string().meta({ description: "The version of OpenAPI that the document is of." }),
    digest: z.string(),
    servers: z.array(z.object({ url: z.string(), description: z.string() })),
    schemes: z.array(securityScheme),
    operations: z.array(importOperation),
    gone: z
      .array(z.object({ tool_id: z.string(), name: z.string(), operation: z.string() }))
      .meta({ description: "Tools imported before whose operation is no more." }),
    complete: z.boolean().meta({ description: "Every operation comes with its definition." }),
  })
  .meta({ id: "ImportPreview" });

export type ImportPreview = z.output<typeof importPreview>;

export const importResult = z
  .object({
    source: z.string(),
    published: z.boolean().meta({ description: "false: what is written are drafts." }),
    created: z.array(z.string()).meta({ description: "Ids of tools." }),
    updated: z.array(z.string()),
    deleted: z.array(z.string()),
    unchanged: z.number().int(),
    skipped: z
      .array(z.object({ operation: z.string(), problem: z.string() }))
      .meta({ description: "Operations that cannot be imported." }),
  })
  .meta({ id: "ImportResult" });

export type ImportResult = z.output<typeof importResult>;
