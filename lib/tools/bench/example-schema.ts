import { z } from "zod";
import { jsonObject } from "#lib/core/json.ts";
import { oneLine } from "#lib/core/text-schema.ts";
import { whichRevision } from "./schema.ts";

const largestJson = 64 * 1024;

function isSmall(value: unknown): boolean {
  return (JSON.stringify(value) ?? "").length <= largestJson;
}

const tooLarge = `must have at most ${largestJson} characters of JSON`;

const anyValue = z
  .unknown()
  .refine((value) => value !== undefined, "is required")
  .refine(isSmall, tooLarge);

export const expectation = z.discriminatedUnion(
  "mode",
  [
    z.object({ mode: z.literal("no_error") }),
    z.object({ mode: z.literal("equals"), value: anyValue }),
    z.object({ mode: z.literal("contains"), value: anyValue }),
    z.object({ mode: z.literal("schema"), value: jsonObject.refine(isSmall, tooLarge) }),
  ],
  { error: "must have a mode: no_error, equals, contains or schema" },
);

export type Expectation = z.output<typeof expectation>;

export const createExampleInput = z.object({
  name: oneLine(
    z
      .string({ error: "must be a string" })
      .trim()
      .min(1, "must not be empty")
      .max(200, "must have at most 200 characters"),
  ),
  arguments: jsonObject.refine(isSmall, tooLarge).default({}),
  expectation: expectation.default({ mode: "no_error" }).meta({
    description:
      "What the result has to be, compared with structuredContent, or with the text where there is none or the value is a text. `schema`: a JSON Schema that it fits.",
  }),
});

export type CreateExampleInput = z.input<typeof createExampleInput>;

export const toolExample = z
  .object({
    example_id: z.string(),
    tool_id: z.string(),
    name: z.string(),
    arguments: jsonObject,
    expectation,
    created_at: z.iso.datetime(),
    created_by: z.object({ type: z.string(), id: z.string() }),
  })
  .meta({ id: "ToolExample" });

export type ToolExample = z.output<typeof toolExample>;

export const deletedExample = z.object({ status: z.literal("deleted"), example_id: z.string() });

export const runExamplesInput = z.object({ revision: whichRevision }).prefault({});

export type RunExamplesInput = z.input<typeof runExamplesInput>;

const exampleRun = z.object({
  example_id: z.string(),
  name: z.string(),
  passed: z.boolean(),
  problems: z.array(z.object({ pointer: z.string(), message: z.string() })).meta({
    description: "What differs, as pointers into the result.",
  }),
  error: z.string().nullable(),
  duration_ms: z.number(),
});

export type ExampleRun = z.output<typeof exampleRun>;

export const examplesRun = z
  .object({
    tool_id: z.string(),
    revision: z.number().int(),
    passed: z.number().int(),
    failed: z.number().int(),
    results: z.array(exampleRun),
  })
  .meta({ id: "ToolExamplesRun" });

export type ExamplesRun = z.output<typeof examplesRun>;
