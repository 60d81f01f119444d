import { z } from "zod";
import { defaultNamespace, itemKey, namespace, putItemInput } from "../items/schema.ts";
import { agentId, registerMemoryInput } from "../schema.ts";

export const exportQuery = z.object({ agent_id: agentId.optional() });

export type ExportQuery = z.input<typeof exportQuery>;

export const importQuery = z.object({
  existing: z
    .enum(["replace", "keep"])
    .default("replace")
    .meta({ description: "What becomes of an entry that is there already." }),
});

export type ImportQuery = z.input<typeof importQuery>;

/** A line of an export; what else it says (ids, versions, times) is this deployment's own. */
export const importLine = z.discriminatedUnion("type", [
  registerMemoryInput.extend({ type: z.literal("context") }),
  putItemInput.omit({ base_version: true }).extend({
    type: z.literal("item"),
    agent_id: agentId,
    namespace: namespace.default(defaultNamespace),
    key: itemKey,
  }),
]);

export type ImportLine = z.output<typeof importLine>;

export const importReport = z
  .object({
    imported: z.number().int(),
    kept: z.number().int().meta({ description: "Were there already, and stayed as they are." }),
    failed: z.number().int(),
    errors: z
      .array(z.object({ line: z.number().int(), message: z.string() }))
      .meta({ description: "The first 100." }),
  })
  .meta({ id: "MemoryImportReport" });

export type ImportReport = z.output<typeof importReport>;
