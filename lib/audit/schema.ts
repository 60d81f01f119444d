import { z } from "zod";
import { pageQuery } from "#lib/core/page.ts";
import { oneLine } from "#lib/core/text-schema.ts";

/** One line of the audit log as it stands on the wire. */
export const auditEntry = z
  .object({
    entry_id: z.string(),
    at: z.iso.datetime(),
    action: z.string().meta({ examples: ["tool.create"] }),
    principal_type: z.string(),
    principal_id: z.string(),
    target_type: z.string(),
    target_id: z.string(),
    ip: z.string().nullable(),
    request_id: z.string(),
    before: z.unknown(),
    after: z.unknown(),
  })
  .meta({ id: "AuditEntry" });

export type AuditEntry = z.output<typeof auditEntry>;

export const auditQuery = pageQuery.extend({
  action: oneLine(z.string().max(100))
    .optional()
    .meta({ description: "Entries of this action alone." }),
  target_id: oneLine(z.string().max(300)).optional(),
});

export type AuditQuery = z.output<typeof auditQuery>;
