import { z } from "zod";
import { clientId } from "#lib/core/id-schema.ts";
import { pageQuery } from "#lib/core/page.ts";
import { oneLine } from "#lib/core/text-schema.ts";
import { moment } from "#lib/core/time-schema.ts";
import { agentId } from "../schema.ts";

/** Bytes of an item's content as JSON. */
export const maxContentBytes = 262_144;

export const defaultNamespace = "default";

export const namespace = clientId()
  .max(100, "must have at most 100 characters")
  .refine((text) => text !== "*", "must not be *, which stands for all of them")
  .meta({ examples: ["preferences"] });

export const itemKey = clientId().meta({ examples: ["customer/42"] });

const tag = oneLine(z.string().trim().min(1, "must not be empty").max(100));

const tags = z
  .array(tag)
  .max(50, "must have at most 50 tags")
  .transform((given) => [...new Set(given)]);

const importance = z
  .number({ error: "must be a whole number from 0 to 100" })
  .int("must be a whole number from 0 to 100")
  .min(0, "must be a whole number from 0 to 100")
  .max(100, "must be a whole number from 0 to 100");

const subjectId = oneLine(z.string().min(1).max(200)).meta({
  description: "Whom it is about, for an erasure request of theirs.",
});

const time = moment();

const content = z
  .unknown()
  .refine((value) => value !== undefined, "is required")
  .meta({ description: "Any JSON value; text is a JSON string." });

const baseVersion = z
  .number({ error: "must be a whole number" })
  .int()
  .min(0)
  .nullish()
  .meta({ description: "Write only if this is the item's version now; 0: only if there is none." });

const details = {
  tags: tags.optional(),
  importance: importance.optional(),
  subject_id: subjectId.nullable().optional(),
  expires_at: time.nullable().optional().meta({ description: "null: it does not expire." }),
};

/** What is not given stays as it is. */
export const putItemInput = z.object({ content, ...details, base_version: baseVersion });

export type PutItemInput = z.input<typeof putItemInput>;

/** A JSON Merge Patch (RFC 7396) of an item: `content` is merged, the rest is replaced. */
export const patchItemInput = z.object({
  content: z
    .unknown()
    .optional()
    .meta({ description: "A merge patch of the content: null removes a member." }),
  ...details,
  tags: tags.nullable().optional(),
  importance: importance.nullable().optional(),
  base_version: baseVersion,
});

export type PatchItemInput = z.input<typeof patchItemInput>;

export const appendItemInput = z.object({
  values: z
    .array(z.unknown())
    .min(1, "must have a value")
    .max(1000, "must have at most 1,000 values"),
  keep: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .meta({ description: "How many of the newest values stay; all unless said." }),
  base_version: baseVersion,
});

export type AppendItemInput = z.input<typeof appendItemInput>;

const place = { agent_id: agentId, namespace: namespace.default(defaultNamespace), key: itemKey };

const operation = z.discriminatedUnion("op", [
  putItemInput.extend({ op: z.literal("set"), ...place }),
  patchItemInput.extend({ op: z.literal("patch"), ...place }),
  appendItemInput.extend({ op: z.literal("append"), ...place }),
  z.object({ op: z.literal("delete"), ...place, base_version: baseVersion }),
]);

export type Operation = z.output<typeof operation>;

export const bulkInput = z.object({
  operations: z
    .array(operation)
    .min(1, "must have an operation")
    .max(200, "must have at most 200 operations"),
});

export type BulkInput = z.input<typeof bulkInput>;

export const memoryItem = z
  .object({
    item_id: z.string(),
    agent_id: z.string(),
    namespace: z.string(),
    key: z.string(),
    content: z.unknown(),
    tags: z.array(z.string()),
    importance: z.number().int(),
    subject_id: z.string().nullable(),
    version: z.number().int(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    expires_at: z.iso.datetime().nullable(),
    deleted_at: z.iso.datetime().nullable(),
  })
  .meta({ id: "MemoryItem" });

export type MemoryItem = z.output<typeof memoryItem>;

export const memoryItems = z.object({ items: z.array(memoryItem) });

/** An item that is in the trash, from which it can be brought back for a time. */
export const deletedItem = z.object({
  status: z.literal("deleted"),
  item_id: z.string(),
  version: z.number().int(),
});

export type DeletedItem = z.output<typeof deletedItem>;

export const erasedItem = z.object({ status: z.literal("erased"), item_id: z.string() });

export const bulkAnswer = z
  .object({ results: z.array(z.union([memoryItem, deletedItem])) })
  .meta({ id: "MemoryBulkAnswer" });

export const itemsQuery = pageQuery.extend({
  agent_id: agentId.optional(),
  namespace: namespace.optional(),
  key_prefix: oneLine(z.string().max(200)).optional(),
  tag: tag.optional(),
  updated_after: time.optional(),
  updated_before: time.optional(),
  deleted: z
    .enum(["true", "false"])
    .default("false")
    .meta({ description: "true: what is in the trash." }),
});

export type ItemsQuery = z.input<typeof itemsQuery>;

export const memoryVersion = z
  .object({
    version: z.number().int(),
    current: z.boolean(),
    content: z.unknown(),
    tags: z.array(z.string()),
    importance: z.number().int(),
    subject_id: z.string().nullable(),
    expires_at: z.iso.datetime().nullable(),
    written_at: z.iso.datetime(),
  })
  .meta({ id: "MemoryVersion" });

export const memoryVersions = z.object({ versions: z.array(memoryVersion) });

export type MemoryVersion = z.output<typeof memoryVersion>;

export const restoreInput = z.object({
  version: z.number().int().min(1),
  base_version: baseVersion,
});

export type RestoreInput = z.input<typeof restoreInput>;

export const searchInput = z.object({
  query: z.string().max(1000, "must have at most 1,000 characters").default("").meta({
    description: "Words, or text alike. Absent: the newest that the filters let through.",
  }),
  agent_id: agentId.optional(),
  namespace: namespace.optional(),
  tags: z.array(tag).max(20).default([]).meta({ description: "Only what has all of these." }),
  updated_after: time.optional(),
  updated_before: time.optional(),
  limit: z.number().int().min(1).max(100).default(10),
});

export type SearchInput = z.input<typeof searchInput>;

/** How an entry was found. */
export const foundBy = ["all_words", "some_words", "similar", "meaning", "filters"] as const;

export const searchAnswer = z
  .object({
    items: z.array(
      memoryItem.extend({
        score: z.number().meta({ description: "Reciprocal rank fusion of the lists it is in." }),
        found_by: z.array(z.enum(foundBy)),
      }),
    ),
    language: z.string(),
    similar: z.enum(["available", "unavailable"]).meta({
      description: "Whether the server can find misspelt words (pg_trgm, btree_gin).",
    }),
    semantic: z.enum(["used", "unavailable", "no_model", "failed", "not_asked"]).meta({
      description:
        "Whether entries were also looked for by embeddings. unavailable: the database has no pgvector; no_model: the tenant names none; failed: the model did not answer; not_asked: there was no query.",
    }),
    semantic_reason: z.string().nullable().meta({
      description: "Why not, or why entries wait to be embedded.",
    }),
    semantic_pending: z.number().int().nullable().meta({
      description:
        "Entries that are still to be embedded, 10000 at most, and found by words meanwhile.",
    }),
  })
  .meta({ id: "MemorySearchAnswer" });

export type SearchAnswer = z.output<typeof searchAnswer>;
