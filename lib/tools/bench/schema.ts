import { z } from "zod";
import { jsonObject } from "#lib/core/json.ts";
import { revisionNumber } from "../revisions/schema.ts";
import { callToolResult, definitionFields } from "../schema.ts";

export const whichRevision = z
  .union([revisionNumber, z.enum(["draft", "published"])], {
    error: 'must be a revision\'s number, "draft" or "published"',
  })
  .optional()
  .meta({ description: "Absent: the draft, or what is published where there is none." });

export type WhichRevision = z.output<typeof whichRevision>;

export const testToolInput = z
  .object({
    arguments: jsonObject.default({}),
    revision: whichRevision,
    definition: z.object(definitionFields).optional().meta({
      description: "A definition that is not saved, to be tried in the revision's place.",
    }),
  })
  .refine(({ revision, definition }) => revision === undefined || definition === undefined, {
    path: ["revision"],
    message: "must be absent where a definition is given",
  })
  .prefault({});

export type TestToolInput = z.input<typeof testToolInput>;

const at_ms = z.number().int();
const headers = z.record(z.string(), z.string());
const body = z.string().nullable();

const traceEntry = z.discriminatedUnion("kind", [
  z.object({ at_ms, kind: z.literal("log"), level: z.string(), text: z.string() }),
  z.object({
    at_ms,
    kind: z.literal("request"),
    method: z.string(),
    url: z.string(),
    headers,
    body,
  }),
  z.object({
    at_ms,
    kind: z.literal("response"),
    status: z.number().int(),
    headers,
    body,
    duration_ms: z.number(),
  }),
  z.object({
    at_ms,
    kind: z.literal("usage"),
    usage: z.string(),
    quantity: z.number(),
    cost_micros: z.number().nullable().meta({ description: "null: unknown." }),
  }),
]);

export type ShownTraceEntry = z.output<typeof traceEntry>;

export const toolTest = z
  .object({
    tool_id: z.string(),
    revision: z.number().int().nullable().meta({ description: "null: the definition given." }),
    result: callToolResult,
    error: z.string().nullable().meta({ description: "The code of what went wrong." }),
    trace: z.array(traceEntry).meta({ description: "What happened, secrets masked." }),
    duration_ms: z.number(),
    cost_micros: z.number().nullable().meta({
      description: "Of all that it used; null where the cost of any of it is unknown.",
    }),
    needs_confirmation: z.boolean().meta({
      description: "A client's user is asked before such a call; a test asks nobody.",
    }),
  })
  .meta({ id: "ToolTest" });

export type ToolTest = z.output<typeof toolTest>;
