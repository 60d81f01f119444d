import { z } from "zod";
import { displayTitle, icons } from "#lib/core/icon-schema.ts";
import { jsonObject } from "#lib/core/json.ts";
import { oneLine } from "#lib/core/text-schema.ts";
import { toolMeta } from "./json-schema/meta-schema.ts";

export const confirmations = ["never", "destructive", "always"] as const;
export const taskSupports = ["forbidden", "optional", "required"] as const;

export type Confirmation = (typeof confirmations)[number];
export type TaskSupport = (typeof taskSupports)[number];

const hint = z.boolean({ error: "must be true or false" }).optional();

/** MCP's ToolAnnotations (revision 2026-07-28, server/tools): hints, which nobody has to believe. */
export const toolAnnotations = z.object(
  {
    title: oneLine(
      z.string({ error: "must be a string" }).max(200, "must have at most 200 characters"),
    ).optional(),
    readOnlyHint: hint.meta({ description: "It changes nothing." }),
    destructiveHint: hint.meta({ description: "It may destroy something." }),
    idempotentHint: hint.meta({ description: "Calling it again changes nothing more." }),
    openWorldHint: hint.meta({ description: "It reaches systems beyond the tenant's own." }),
  },
  { error: "must be an object of hints" },
);

/** What MCP can say of a tool besides its name, description and parameters. */
export const listingFields = {
  title: displayTitle,
  icons,
  annotations: toolAnnotations.default({}),
  output_schema: jsonObject
    .nullish()
    .transform((schema) => schema ?? null)
    .meta({ description: "JSON Schema (2020-12) that the tool's structuredContent fits." }),
  meta: toolMeta.meta({ description: "Sent along with the tool as MCP's `_meta`." }),
  confirm: z
    .enum(confirmations, { error: `must be one of ${confirmations.join(", ")}` })
    .default("destructive")
    .meta({
      description:
        "Whether the user is asked before it runs; destructive: where annotations.destructiveHint is true.",
    }),
  pinned: z
    .boolean({ error: "must be true or false" })
    .default(false)
    .meta({ description: "Listed even where a large catalog is narrowed to a search." }),
  task_support: z
    .enum(taskSupports, { error: `must be one of ${taskSupports.join(", ")}` })
    .default("forbidden")
    .meta({ description: "Whether a call may, or must, run as an MCP task." }),
  timeout_ms: z
    .number({ error: "must be a number of milliseconds" })
    .int("must be a whole number of milliseconds")
    .min(1, "must be at least 1")
    .max(3_600_000, "must be at most 3600000")
    .nullish()
    .transform((ms) => ms ?? null)
    .meta({ description: "The whole call. Absent: as long as the runtime allows." }),
};
