import { z } from "zod";
import { jsonObject } from "#lib/core/json.ts";
import { pageQuery, searchText } from "#lib/core/page.ts";
import { toolAnnotations } from "../../listing-schema.ts";

/** What an upstream says of a tool: the part of MCP's Tool that an agent is shown or checked by. */
export const upstreamDefinition = z.object({
  title: z.string().nullable(),
  description: z.string(),
  input_schema: jsonObject,
  output_schema: jsonObject.nullable(),
  annotations: toolAnnotations,
});

export type UpstreamDefinition = z.output<typeof upstreamDefinition>;

export const definitionParts = [
  "title",
  "description",
  "input_schema",
  "output_schema",
  "annotations",
] as const satisfies readonly (keyof UpstreamDefinition)[];

export type DefinitionPart = (typeof definitionParts)[number];

export const upstreamToolStates = ["new", "accepted", "changed", "gone", "ignored"] as const;

export type UpstreamToolState = (typeof upstreamToolStates)[number];

const remoteName = z
  .string({ error: "must be a string" })
  .min(1, "must not be empty")
  .max(200, "must have at most 200 characters")
  .refine((text) => text.isWellFormed() && !text.includes("\0"), "must be text without U+0000");

export const upstreamTool = z
  .object({
    remote_name: z.string().meta({ description: "As the upstream calls it." }),
    state: z.enum(upstreamToolStates),
    tool_id: z.string().nullable().meta({ description: "The tenant's tool that it became." }),
    name: z.string().meta({ description: "What the tool is, or would be, called here." }),
    accepted: upstreamDefinition.nullable().meta({ description: "What is served." }),
    offered: upstreamDefinition.nullable().meta({ description: "What the upstream says now." }),
    digest: z.string().nullable().meta({ description: "Of what is offered: accept it by this." }),
    changes: z.array(z.enum(definitionParts)),
    suspicions: z
      .array(z.object({ pointer: z.string(), message: z.string() }))
      .meta({ description: "What in the offered definition a person should look at." }),
    seen_at: z.iso.datetime(),
  })
  .meta({ id: "UpstreamTool" });

export type UpstreamTool = z.output<typeof upstreamTool>;

export const upstreamToolQuery = pageQuery.extend({
  state: z
    .enum(upstreamToolStates, { error: `must be one of ${upstreamToolStates.join(", ")}` })
    .optional(),
  search: searchText.meta({ description: "Tools with this in their name or description." }),
});

export type UpstreamToolQuery = z.output<typeof upstreamToolQuery>;

/** One tool to accept, with the definition that was looked at. */
const acceptance = z.object({
  name: remoteName.meta({ description: "As the upstream calls it." }),
  digest: z.string().max(64).meta({ description: "Of the offered definition that was looked at." }),
});

export const acceptUpstreamToolsInput = z.object({
  tools: z.array(acceptance).min(1, "must name a tool").max(500, "must name at most 500 tools"),
});

export type AcceptUpstreamToolsInput = z.input<typeof acceptUpstreamToolsInput>;

export const acceptedUpstreamTools = z.object({
  created: z.array(z.string()).meta({ description: "Ids of tools." }),
  updated: z.array(z.string()),
});

export const ignoreUpstreamToolsInput = z.object({
  names: z.array(remoteName).min(1, "must name a tool").max(500, "must name at most 500 tools"),
});

export type IgnoreUpstreamToolsInput = z.input<typeof ignoreUpstreamToolsInput>;

export const ignoredUpstreamTools = z.object({ ignored: z.array(z.string()) });

/** What a look at the upstream's list found, by the names there. */
export const syncedUpstream = z
  .object({
    new: z.array(z.string()),
    changed: z.array(z.string()).meta({ description: "Held until they are accepted." }),
    gone: z.array(z.string()),
    back: z.array(z.string()).meta({ description: "Again as they were accepted." }),
    accepted: z.array(z.string()).meta({
      description: "New ones that the upstream's policy accepted at once.",
    }),
    total: z.number().int(),
  })
  .meta({ id: "SyncedUpstream" });

/** How many tools of an upstream are in each state. */
export const upstreamToolCounts = z
  .object({
    new: z.number().int(),
    accepted: z.number().int(),
    changed: z.number().int(),
    gone: z.number().int(),
    ignored: z.number().int(),
  })
  .meta({ id: "UpstreamToolCounts" });

export type UpstreamToolCounts = z.output<typeof upstreamToolCounts>;

export type SyncedUpstream = z.output<typeof syncedUpstream>;
