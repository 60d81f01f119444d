import { z } from "zod";
import { clientId } from "#lib/core/id-schema.ts";
import { pageQuery, searchText } from "#lib/core/page.ts";
import { oneLine } from "#lib/core/text-schema.ts";

/** How tools name a secret: `{{secret:CRM_TOKEN}}`, `secrets.get("CRM_TOKEN")`. */
export const secretName = z
  .string({ error: "must be a string" })
  .regex(
    /^[A-Za-z][A-Za-z0-9_]{0,63}$/,
    "must be 1 to 64 letters, digits or _, starting with a letter",
  )
  .meta({ examples: ["CRM_TOKEN"] });

const largestValue = 65_536;

export const putSecretInput = z.object({
  value: z
    .string({ error: "must be a string" })
    .min(1, "must not be empty")
    .max(largestValue, `must have at most ${largestValue} characters`)
    .refine((text) => text.isWellFormed() && !text.includes("\0"), "must be text without U+0000")
    .optional()
    .meta({
      description: "Write-only. Absent: the value stays, which needs a secret that is there.",
    }),
  description: oneLine(z.string().max(500)).optional(),
  allowed_tools: z.array(clientId()).max(200).nullable().optional().meta({
    description: "Ids of the tools that may use it, and nothing else; null: whatever names it.",
  }),
});

export type PutSecretInput = z.input<typeof putSecretInput>;

/** What names a secret, by its id. */
export const secretUse = z.object({
  kind: z.enum(["tool", "provider", "upstream", "resource"]),
  id: z.string(),
  name: z.string(),
});

export type SecretUse = z.output<typeof secretUse>;

export const secret = z
  .object({
    name: z.string(),
    description: z.string(),
    version: z.number().int().meta({ description: "Counts the values that it has had." }),
    allowed_tools: z.array(z.string()).nullable(),
    updated_by: z.object({ type: z.string(), id: z.string() }),
    tenant_id: z.string(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    last_used_at: z.iso.datetime().nullable(),
  })
  .meta({ id: "Secret" });

export type Secret = z.output<typeof secret>;

/** A secret and what would fail without it. */
export const usedSecret = secret
  .extend({
    used_by: z
      .array(secretUse)
      .meta({ description: "Tools, also drafts, and others that name it." }),
  })
  .meta({ id: "UsedSecret" });

export type UsedSecret = z.output<typeof usedSecret>;

export const secretQuery = pageQuery.extend({ search: searchText });

export type SecretQuery = z.output<typeof secretQuery>;

export const deleteSecretQuery = z.object({
  force: z
    .stringbool({ error: "must be true or false" })
    .default(false)
    .meta({ description: "true: also while tools name it, whose calls then fail." }),
});

export const deletedSecret = z.object({ status: z.literal("deleted"), name: z.string() });
