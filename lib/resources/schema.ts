import { z } from "zod";
import { clientId } from "#lib/core/id-schema.ts";
import { jsonObject } from "#lib/core/json.ts";
import { pageQuery, searchText } from "#lib/core/page.ts";

const controls = /\p{Cc}/u;
const unprintable = /[^\P{Cc}\t\n\r]/u;

/** One line of text that PostgreSQL takes as it stands. */
function line(maxLength: number) {
  return z
    .string({ error: "must be a string" })
    .min(1, "must not be empty")
    .max(maxLength, `must have at most ${maxLength} characters`)
    .refine(
      (text) => text.isWellFormed() && !controls.test(text),
      "must not have control characters",
    );
}

export const resourceId = clientId("register").meta({ examples: ["crm_database"] });

/** A kind of access that the resource offers: the seed's read, write, admin, deploy, delete, audit. */
const accessPermission = z
  .string({ error: "must be a word" })
  .regex(/^[a-z][a-z0-9_-]{0,63}$/, "must be a word of lower-case letters, digits, _ or -");

export const registerResourceInput = z.object({
  resource_id: resourceId,
  name: line(200),
  type: line(64).meta({ examples: ["database", "file", "api"] }),
  uri: line(2000).meta({
    description:
      "Any URI or path. A password in it is kept sealed and read as `[secret]`; registering the address as it was read keeps the password.",
    examples: ["postgres://crm:secret@db.example/crm"],
  }),
  description: z
    .string()
    .max(10_000)
    .refine(
      (text) => text.isWellFormed() && !unprintable.test(text),
      "must not have control characters",
    )
    .nullish()
    .transform((text) => text ?? ""),
  metadata: jsonObject.default({}),
  access_permissions: z
    .array(accessPermission)
    .max(100)
    .default([])
    .transform((words) => [...new Set(words)]),
});

export type RegisterResourceInput = z.input<typeof registerResourceInput>;

export const resource = z
  .object({
    resource_id: z.string(),
    name: z.string(),
    type: z.string(),
    uri: z.string(),
    description: z.string(),
    metadata: jsonObject,
    access_permissions: z.array(z.string()),
    tenant_id: z.string(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: "Resource" });

export type Resource = z.output<typeof resource>;

export const resourceQuery = pageQuery.extend({
  resource_type: z
    .string()
    .max(64)
    .refine((text) => !controls.test(text), "must not have control characters")
    .optional()
    .meta({ description: "Resources of this type alone." }),
  search: searchText,
});

export type ResourceQuery = z.output<typeof resourceQuery>;

export const deletedResource = z.object({ status: z.literal("deleted"), resource_id: z.string() });
