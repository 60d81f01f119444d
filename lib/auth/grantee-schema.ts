import { z } from "zod";
import { grantableRoles } from "#lib/core/permissions.ts";
import { oneLine } from "#lib/core/text-schema.ts";

export const granteeTypes = ["key", "agent", "role", "member", "app"] as const;

/** Whom something is granted to. */
export const grantee = z
  .object({
    type: z.enum(granteeTypes),
    id: oneLine(z.string().min(1).max(200)),
  })
  .refine(({ type, id }) => type !== "role" || (grantableRoles as readonly string[]).includes(id), {
    path: ["id"],
    message: `must be one of ${grantableRoles.join(", ")}`,
  });
