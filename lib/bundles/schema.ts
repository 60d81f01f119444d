import { z } from "zod";
import { jsonObject } from "#lib/core/json.ts";
import { promptMessage } from "#lib/prompts/content-schema.ts";
import { prompt } from "#lib/prompts/schema.ts";
import { resource } from "#lib/resources/schema.ts";
import { jsonChange } from "#lib/tools/revisions/schema.ts";
import { shownDefinition } from "#lib/tools/schema.ts";

export const bundleVersion = 1;

export const bundleKinds = ["tools", "prompts", "resources"] as const;

export type BundleKind = (typeof bundleKinds)[number];

/** What one bundle holds at most, of all kinds together. */
export const mostItems = 2_000;

const bundledTool = z
  .object({ tool_id: z.string(), is_dynamic: z.boolean(), ...shownDefinition })
  .partial()
  .required({ tool_id: true, name: true });

const bundledPrompt = z.object({
  name: z.string(),
  ...prompt.pick({ title: true, description: true, icons: true, arguments: true }).partial().shape,
  messages: z.array(promptMessage),
});

const bundledResource = resource
  .pick({
    ...{ resource_id: true, name: true, title: true, type: true, uri: true, source: true },
    ...{ mime_type: true, description: true, icons: true, annotations: true, metadata: true },
    access_permissions: true,
  })
  .partial()
  .required({ resource_id: true, name: true, type: true, uri: true });

const kind = z.enum(bundleKinds);

/** A tenant's definitions as one document; what has its default is left out. */
export const bundle = z
  .object({
    tausestack_bundle: z.literal(bundleVersion),
    tools: z.array(bundledTool).optional(),
    prompts: z.array(bundledPrompt).optional(),
    resources: z.array(bundledResource).optional(),
    secrets: z.array(z.string()).meta({
      description: "Names of secrets that the tools take, which a tenant has to have for them.",
    }),
    omitted: z.array(z.object({ kind, id: z.string(), reason: z.string() })).meta({
      description: "What of the tenant is not in the bundle, or not whole, and why.",
    }),
  })
  .meta({ id: "Bundle" });

export type Bundle = z.output<typeof bundle>;

export const bundleFormats = ["json", "yaml"] as const;

export type BundleFormat = (typeof bundleFormats)[number];

const idList = z
  .string()
  .transform((text, refinement): string[] => {
    if (!text.startsWith("[")) return text.split(",");
    try {
      return z.array(z.string()).parse(JSON.parse(text));
    } catch {
      refinement.addIssue("must be ids with commas between them, or a JSON list of ids");
      return z.NEVER;
    }
  })
  .pipe(z.array(z.string()).max(mostItems, `must have at most ${mostItems} ids`))
  .optional()
  .meta({
    description:
      'Ids with commas between them, or a JSON list for ids that have commas: `["a,b"]`. Absent: all.',
  });

export const exportQuery = z.object({
  format: z
    .enum(bundleFormats, { error: "must be json or yaml" })
    .optional()
    .meta({ description: "Absent: YAML where `Accept` asks for application/yaml, else JSON." }),
  kinds: z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(bundleKinds, { error: `must be of ${bundleKinds.join(", ")}` })))
    .optional()
    .meta({ description: "Some of tools,prompts,resources. Absent: those with ids, else all." }),
  tools: idList,
  prompts: idList,
  resources: idList,
});

export type ExportQuery = z.output<typeof exportQuery>;

const items = z
  .array(jsonObject, { error: "must be a list of objects" })
  .max(mostItems, `must have at most ${mostItems} items`)
  .default([]);

/** The frame of a bundle that comes in; each item is read by itself, so that a plan can tell of it. */
export const bundleInput = z
  .strictObject({
    tausestack_bundle: z.literal(bundleVersion, {
      error: `must be ${bundleVersion}: the version of the format that is read here`,
    }),
    tools: items,
    prompts: items,
    resources: items,
    secrets: z.unknown().optional(),
    omitted: z.unknown().optional(),
  })
  .refine(
    ({ tools, prompts, resources }) => tools.length + prompts.length + resources.length > 0,
    "has no tools, prompts or resources",
  )
  .refine(
    ({ tools, prompts, resources }) =>
      tools.length + prompts.length + resources.length <= mostItems,
    `has more than ${mostItems} items`,
  );

export type BundleInput = z.output<typeof bundleInput>;

const planFields = {
  bundle: z
    .union([z.string(), jsonObject], { error: "must be a bundle: an object, or its JSON or YAML" })
    .meta({ description: "The bundle: an object, or a text of JSON or YAML." }),
  on_conflict: z
    .enum(["update", "skip", "fail"], { error: "must be update, skip or fail" })
    .default("update")
    .meta({
      description:
        "What becomes of an item that the tenant has and that differs: it is updated, it stays as it is, or the import is refused.",
    }),
};

export const planBundleInput = z.object(planFields);

export type PlanBundleInput = z.input<typeof planBundleInput>;

export const applyBundleInput = z.object({
  ...planFields,
  plan_hash: z
    .string({ error: "is required: that of the plan which was looked at" })
    .max(64)
    .meta({ description: "Of the plan: when the bundle or the tenant is another by now, 409." }),
});

export type ApplyBundleInput = z.input<typeof applyBundleInput>;

export const planActions = [
  "create",
  "update",
  "unchanged",
  "skip",
  "conflict",
  "invalid",
] as const;

export type PlanAction = (typeof planActions)[number];

export const planItem = z
  .object({
    kind,
    id: z.string(),
    action: z.enum(planActions),
    reasons: z
      .array(z.object({ pointer: z.string(), message: z.string() }))
      .meta({ description: "Why it cannot be imported, or what should be known of it." }),
    changes: z
      .array(jsonChange)
      .meta({ description: "Where the tenant's own differs; values that may be secrets masked." }),
    truncated: z.boolean().meta({ description: "There are more changes than are told." }),
  })
  .meta({ id: "BundlePlanItem" });

export type PlanItem = z.output<typeof planItem>;

export const bundlePlan = z
  .object({
    plan_hash: z.string(),
    applicable: z.boolean().meta({ description: "Nothing stands in the way of applying it." }),
    summary: z.record(z.enum(planActions), z.number().int()),
    items: z.array(planItem),
    missing_secrets: z.array(z.string()).nullable().meta({
      description:
        "Names that tools take and the tenant has no secret of: they fail until it is there. Null: the caller may not read the names of secrets.",
    }),
    exceeded: z
      .array(z.object({ limit: z.string(), value: z.number().int(), needed: z.number().int() }))
      .meta({ description: "Limits of the tenant that the import would pass." }),
  })
  .meta({ id: "BundlePlan" });

export type BundlePlan = z.output<typeof bundlePlan>;

const written = z.object({ created: z.array(z.string()), updated: z.array(z.string()) });

export const bundleResult = z
  .object({
    tools: written,
    prompts: written,
    resources: written,
    unchanged: z.number().int(),
    skipped: z.number().int(),
  })
  .meta({ id: "BundleResult" });

export type BundleResult = z.output<typeof bundleResult>;
