import { z } from "zod";
import { jsonObject } from "#lib/core/json.ts";
import { shownDefinition } from "#lib/tools/schema.ts";

export const exportQuery = z.object({
  since: z.string().max(2_000).optional().meta({
    description:
      "`cursor` of the answer before: what was written since. Absent, or of another database: everything.",
  }),
  limit: z.coerce
    .number({ error: "must be a whole number" })
    .int()
    .min(1, "must be at least 1")
    .max(500, "must be at most 500")
    .default(200)
    .meta({ description: "Entries an answer, which also ends after 4 MiB." }),
});

export type ExportQuery = z.input<typeof exportQuery>;

const answer = {
  tenant_id: z.string(),
  cursor: z.string().meta({ description: "Where to go on, now or at the next pull." }),
  more: z.boolean().meta({ description: "There is more to be had now." }),
};

const exportedMemory = z.object({
  agent_id: z.string(),
  context: jsonObject,
  updated_at: z.iso.datetime(),
});

export const memoryExport = z
  .object({ memories: z.array(exportedMemory), ...answer })
  .meta({ id: "FederationMemory" });

export type MemoryExport = z.output<typeof memoryExport>;

const exportedTool = z.object({
  tool_id: z.string(),
  is_dynamic: z.boolean(),
  ...shownDefinition,
  updated_at: z.iso.datetime(),
});

export const toolsExport = z
  .object({ tools: z.array(exportedTool), ...answer })
  .meta({ id: "FederationTools" });

export type ToolsExport = z.output<typeof toolsExport>;
