import { z } from "zod";
import { icon } from "#lib/core/icon-schema.ts";
import { clientId } from "#lib/core/id-schema.ts";
import { type JsonObject, jsonObject } from "#lib/core/json.ts";
import { pageQuery, searchText } from "#lib/core/page.ts";
import { aiConfig, modelMistake } from "./config/ai-config.ts";
import { codeConfig } from "./config/code-config.ts";
import { httpConfig, unprintable } from "./config/http-config.ts";
import { urlMistake } from "./http/url-template.ts";
import { confirmations, listingFields, taskSupports, toolAnnotations } from "./listing-schema.ts";

/** How a tool can run; adding one is a file in `runtimes/` and a line in its map. */
export const runtimeKinds = ["http", "code", "ai", "mcp", "offer", "internal"] as const;

export type RuntimeKind = (typeof runtimeKinds)[number];

/**
 * What a tool's `config.implementation` is: a URL, `internal:<name>`, `ai:<model>`,
 * `mcp:<upstream>/<tool>`, `offer:<id>`, or code. Null when the tool is only registered.
 */
export function implementationKind(config: JsonObject): RuntimeKind | null {
  const { implementation } = config;
  if (typeof implementation !== "string" || implementation.trim() === "") return null;
  if (/^\s*https?:/i.test(implementation)) return "http";
  if (implementation.startsWith("internal:")) return "internal";
  if (implementation.startsWith("ai:")) return "ai";
  if (implementation.startsWith("offer:")) return "offer";
  return implementation.startsWith("mcp:") ? "mcp" : "code";
}

const largestConfig = 256 * 1024;
const largestImplementation = 200_000;

export const toolId = clientId("register", "dynamic", "drafts", "import", "publish").meta({
  examples: ["premium_analytics"],
});

const name = z
  .string({ error: "must be a string" })
  .trim()
  .min(1, "must not be empty")
  .max(200, "must have at most 200 characters")
  .refine(
    (text) => text.isWellFormed() && !/\p{Cc}/u.test(text),
    "must not have control characters",
  )
  .meta({ description: "What MCP clients call the tool by, where its characters allow that." });

const description = z
  .string()
  .max(10_000)
  .refine(
    (text) => text.isWellFormed() && !unprintable.test(text),
    "must not have control characters",
  )
  .nullish()
  .transform((text) => text ?? "");

const config = jsonObject
  .refine(
    (value) => JSON.stringify(value).length <= largestConfig,
    `must have at most ${largestConfig} characters of JSON`,
  )
  .superRefine((value, refinement) => {
    for (const { path, message } of mistakesOf(value)) {
      refinement.addIssue({ code: "custom", path, message });
    }
  });

function configMistakes(schema: z.ZodType, value: JsonObject) {
  return (
    schema.safeParse(value).error?.issues.map(({ path, message }) => ({ path, message })) ?? []
  );
}

/** What is wrong with what the config says of the tool's runtime; other keys are free. */
function mistakesOf(value: JsonObject): { path: PropertyKey[]; message: string }[] {
  const { implementation } = value;
  if (implementation === undefined || implementation === null) return [];
  const at = (message: string) => [{ path: ["implementation"], message }];
  if (typeof implementation !== "string")
    return at("must be a URL, internal:<name>, ai:<model> or code");
  if (implementation.length > largestImplementation) {
    return at(`must have at most ${largestImplementation} characters`);
  }
  if (
    /^\s*[a-z][a-z0-9+.-]*:\/\/|^\s*\/\/\S+\s*$|^\s*(data|javascript|file):/i.test(implementation)
  ) {
    if (implementationKind(value) === "code") return at("must start with https:// or http://");
  }
  const kind = implementationKind(value);
  if (kind === "code") return configMistakes(codeConfig, value);
  if (kind === "ai") {
    const mistake = modelMistake(implementation);
    return [...(mistake === null ? [] : at(mistake)), ...configMistakes(aiConfig, value)];
  }
  if (kind === "mcp" && !/^mcp:[a-z0-9_-]+\/.+$/s.test(implementation)) {
    return at("must name an upstream and one of its tools: mcp:<upstream_id>/<tool>");
  }
  if (kind === "offer" && !/^offer:offer_[0-9a-f]{32}$/.test(implementation)) {
    return at("must name an offer that the tenant has accepted: offer:<offer_id>");
  }
  if (kind !== "http") return [];
  const mistakes = configMistakes(httpConfig, value);
  const problem = urlMistake(implementation);
  return problem === null ? mistakes : [...at(problem), ...mistakes];
}

const parameters = jsonObject.meta({
  description:
    'The arguments: a JSON Schema of type object, or the short form {"query": {"type": "string", "required": true}}.',
});

/** What defines a tool, and what each of its revisions holds. */
export const definitionFields = {
  name,
  description,
  config: config.default({}),
  parameters: parameters.default({}),
  ...listingFields,
};

export const registerToolInput = z.object({
  tool_id: toolId,
  is_dynamic: z.boolean().default(false),
  ...definitionFields,
});

export type RegisterToolInput = z.input<typeof registerToolInput>;

export const createDynamicToolInput = z
  .object({
    name,
    description,
    parameters: parameters.default({}),
    implementation: z
      .string({ error: "must be a URL, internal:<name>, ai:<model> or code" })
      .refine((text) => text.trim() !== "", "must not be empty")
      .meta({
        examples: [
          "https://api.example.com/analytics",
          "internal:echo",
          "ai:openai/gpt-5-mini",
          "return {sum: args.a + args.b}",
        ],
        description:
          "A URL, internal:<name>, ai:<model>, or code: a body that returns the result, or a module that exports a default function (args, ctx); JavaScript or TypeScript.",
      }),
    config: jsonObject.default({}).meta({
      description:
        "For a URL, whose path and query may hold {name}: method (default POST), query, headers, body, body_type, auth, response, timeout_ms, retries. For code: limits, secrets, fetch_allow. For ai: prompt or messages, system, temperature, max_tokens.",
    }),
    ...listingFields,
  })
  .superRefine(({ config: given, implementation }, refinement) => {
    const checked = config.safeParse({ ...given, implementation });
    for (const { path, message } of checked.error?.issues ?? []) {
      const at = path[0] === "implementation" ? path : ["config", ...path];
      refinement.addIssue({ code: "custom", path: at, message });
    }
  });

export type CreateDynamicToolInput = z.input<typeof createDynamicToolInput>;

/** The same as it is shown. */
export const shownDefinition = {
  name: z.string(),
  description: z.string(),
  config: jsonObject,
  parameters: jsonObject,
  title: z.string().nullable(),
  icons: z.array(icon),
  annotations: toolAnnotations,
  output_schema: jsonObject.nullable(),
  meta: jsonObject,
  confirm: z.enum(confirmations),
  pinned: z.boolean(),
  task_support: z.enum(taskSupports),
  timeout_ms: z.number().int().nullable(),
};

export const toolStatuses = ["draft", "published", "archived"] as const;

export type ToolStatus = (typeof toolStatuses)[number];

export const tool = z
  .object({
    tool_id: z.string(),
    ...shownDefinition,
    is_dynamic: z.boolean(),
    tenant_id: z.string(),
    mcp_name: z.string().meta({ description: "The name that MCP clients call the tool by." }),
    status: z.enum(toolStatuses).meta({ description: "Only a published tool can be called." }),
    revision: z.number().int().nullable().meta({
      description:
        "The published revision, which this is; null: never published, this is the draft.",
    }),
    latest_revision: z.number().int().meta({ description: "The revision saved last." }),
    has_draft: z.boolean().meta({ description: "A revision is saved and not published yet." }),
    draft_revision: z.number().int().nullable().meta({ description: "That revision." }),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: "Tool" });

export type Tool = z.output<typeof tool>;

export const toolQuery = pageQuery.extend({
  include_dynamic: z
    .stringbool({ error: "must be true or false" })
    .default(true)
    .meta({ description: "false: without the dynamic tools." }),
  tool_type: z
    .string()
    .max(200)
    .optional()
    .meta({ description: "Tools whose `config.type` this is." }),
  status: z
    .enum([...toolStatuses, "all"])
    .optional()
    .meta({
      description: "Absent: the published tools. `all`: drafts and archived ones too.",
    }),
  search: searchText,
});

export type ToolQuery = z.output<typeof toolQuery>;

export const deletedTool = z.object({ status: z.literal("deleted"), tool_id: z.string() });

export const callToolInput = z
  .object({ arguments: jsonObject.default({}) })
  .default({ arguments: {} });

const mimeType = z.string();
const meta = jsonObject.optional();

const annotations = z
  .object({
    audience: z.array(z.enum(["user", "assistant"])).optional(),
    priority: z.number().min(0).max(1).optional(),
    lastModified: z.string().optional(),
  })
  .optional();

const common = { annotations, _meta: meta };

/** MCP's ContentBlock (revision 2026-07-28). */
const contentBlock = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string(), ...common }),
  z.object({ type: z.literal("image"), data: z.base64(), mimeType, ...common }),
  z.object({ type: z.literal("audio"), data: z.base64(), mimeType, ...common }),
  z.object({
    type: z.literal("resource"),
    resource: z.union([
      z.object({ uri: z.string(), mimeType: mimeType.optional(), text: z.string(), _meta: meta }),
      z.object({ uri: z.string(), mimeType: mimeType.optional(), blob: z.base64(), _meta: meta }),
    ]),
    ...common,
  }),
  z.object({
    type: z.literal("resource_link"),
    uri: z.string(),
    name: z.string(),
    title: z.string().optional(),
    description: z.string().optional(),
    mimeType: mimeType.optional(),
    size: z.number().optional(),
    ...common,
  }),
]);

/** MCP's CallToolResult (revision 2026-07-28, server/tools). */
export const callToolResult = z
  .object({
    content: z.array(contentBlock),
    structuredContent: z.unknown().optional().meta({ description: "Any JSON value." }),
    isError: z.boolean().optional().meta({
      description: "The tool failed; the text says why and structuredContent.error has the code.",
    }),
    _meta: meta,
  })
  .meta({ id: "CallToolResult" });

export type CallToolResult = z.output<typeof callToolResult>;
