import { z } from "zod";
import { definitionFields, registerToolInput, shownDefinition, toolId } from "../schema.ts";

const largestNumber = 2_147_483_647;

const note = z
  .string({ error: "must be a string" })
  .max(1_000, "must have at most 1000 characters")
  .refine((text) => text.isWellFormed() && !text.includes("\0"), "must not have control characters")
  .nullish()
  .transform((text) => text ?? "")
  .meta({ description: "What the change is about, for whoever reads the history." });

export const revisionNumber = z
  .number({ error: "must be a revision's number" })
  .int("must be a revision's number")
  .min(1, "must be at least 1")
  .max(largestNumber, `must be at most ${largestNumber}`);

const baseRevision = revisionNumber.nullish().meta({
  description:
    "The tool's `latest_revision` that the change was made on. When it is another one by now, the answer is 409. Absent: whatever is there is followed. `If-Match` says the same.",
});

export const saveDraftInput = z.object({ ...definitionFields, note, base_revision: baseRevision });

export type SaveDraftInput = z.input<typeof saveDraftInput>;

export const createDraftInput = z.object({
  tool_id: toolId.optional().meta({ description: "Absent: one is made." }),
  is_dynamic: registerToolInput.shape.is_dynamic,
  ...definitionFields,
  note,
});

export type CreateDraftInput = z.input<typeof createDraftInput>;

export const publishInput = z
  .object({
    revision: revisionNumber.optional().meta({ description: "Absent: the draft." }),
    note,
    require_examples: z.boolean({ error: "must be true or false" }).default(false).meta({
      description: "Replay the tool's examples first, and refuse when one of them fails.",
    }),
  })
  .prefault({});

export type PublishInput = z.input<typeof publishInput>;

/** Drafts that one call publishes. */
const mostPublished = 2_000;

export const publishAllInput = z.object({
  tool_ids: z
    .array(toolId, { error: "must be a list of ids of tools" })
    .min(1, "must name a tool")
    .max(mostPublished, `must have at most ${mostPublished} ids`)
    .meta({ description: "Tools whose drafts are published: all or none of them." }),
  note,
});

export type PublishAllInput = z.input<typeof publishAllInput>;

export const publishedAll = z.object({
  published: z.array(z.string()).meta({ description: "Ids of the tools." }),
});

export const rollBackInput = z.object({ revision: revisionNumber, note });

export type RollBackInput = z.input<typeof rollBackInput>;

const author = z.object({ type: z.string(), id: z.string() });

export const toolRevisionSummary = z
  .object({
    tool_id: z.string(),
    revision: z.number().int(),
    is_published: z.boolean().meta({ description: "It is what calls run." }),
    is_draft: z.boolean().meta({ description: "It is saved and not published yet." }),
    name: z.string(),
    note: z.string(),
    created_at: z.iso.datetime(),
    created_by: author,
  })
  .meta({ id: "ToolRevisionSummary" });

export type ToolRevisionSummary = z.output<typeof toolRevisionSummary>;

/** What a tool was, or is to be, at one save. */
export const toolRevision = z
  .object({ ...toolRevisionSummary.shape, ...shownDefinition })
  .meta({ id: "ToolRevision" });

export type ToolRevision = z.output<typeof toolRevision>;

const side = z
  .string()
  .regex(/^([1-9]\d{0,9}|draft|published)$/, 'must be a number, "draft" or "published"');

export const diffQuery = z.object({
  from: side.default("published").meta({ description: "A number, `draft` or `published`." }),
  to: side.default("draft").meta({ description: "A number, `draft` or `published`." }),
});

export type DiffQuery = z.input<typeof diffQuery>;

export const jsonChange = z.object({
  pointer: z.string().meta({ description: "JSON Pointer (RFC 6901) into the tool's definition." }),
  kind: z.enum(["added", "removed", "changed"]),
  old: z.unknown().optional(),
  new: z.unknown().optional(),
});

export const revisionDiff = z
  .object({
    tool_id: z.string(),
    from: z.number().int(),
    to: z.number().int(),
    changes: z.array(jsonChange),
    truncated: z.boolean().meta({ description: "There are more changes than are told." }),
  })
  .meta({ id: "ToolRevisionDiff" });

export type RevisionDiff = z.output<typeof revisionDiff>;
