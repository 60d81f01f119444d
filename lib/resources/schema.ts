import { z } from "zod";
import { displayTitle, icon, icons, mimeType } from "#lib/core/icon-schema.ts";
import { clientId } from "#lib/core/id-schema.ts";
import { jsonObject } from "#lib/core/json.ts";
import { pageQuery, searchText } from "#lib/core/page.ts";
import { malformationOf } from "./drivers/address.ts";
import { connectionSchema, healthMinutes } from "./drivers/connection-schema.ts";
import { driverKindOf, driverKinds } from "./drivers/kind.ts";
import { choosesHost, hasHigherExpression, templateOf } from "./template.ts";

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
export const accessPermission = z
  .string({ error: "must be a word" })
  .regex(/^[a-z][a-z0-9_-]{0,63}$/, "must be a word of lower-case letters, digits, _ or -");

const passwords =
  "A password in it is kept sealed and read as `[secret]`; registering the address as it was read keeps the password.";

/** MCP's Annotations of a resource (revision 2026-07-28, server/resources). */
export const resourceAnnotations = z.object(
  {
    audience: z
      .array(z.enum(["user", "assistant"], { error: "must be user or assistant" }))
      .max(2)
      .optional(),
    priority: z
      .number({ error: "must be a number" })
      .min(0, "must be 0 to 1")
      .max(1, "must be 0 to 1")
      .optional()
      .meta({ description: "1 is needed, 0 is optional." }),
    lastModified: z.iso.datetime({ offset: true, error: "must be an ISO 8601 time" }).optional(),
  },
  { error: "must be an object" },
);

const uri = line(2000)
  .refine(
    (text) => !hasHigherExpression(text),
    "can have variables such as {id} alone: RFC 6570, level 1",
  )
  .meta({
    description: `Any URI or path; with variables, as in \`orders://{id}\`, it is a resource template. ${passwords}`,
    examples: ["postgres://crm:secret@db.example/crm"],
  });

const source = line(2000)
  .refine((text) => /^https?:\/\/[^/?#]/i.test(text), "must be an http:// or https:// address")
  .refine((text) => !choosesHost(text), "must not have variables in the place of the host")
  .nullish()
  .transform((text) => text ?? null)
  .meta({
    description: `Where the resource is read from, with the variables of its \`uri\`. ${passwords}`,
    examples: ["https://api.example.com/orders/{id}"],
  });

const content = z
  .union(
    [
      z.strictObject({
        text: z.string().refine((text) => text.isWellFormed(), "must be valid Unicode"),
      }),
      z.strictObject({ blob: z.base64("must be base64") }),
    ],
    { error: 'must be {"text": "…"} or {"blob": "base64"}' },
  )
  .nullish()
  .meta({ description: "What is kept here. Absent: what is kept stays; null: it is removed." });

const resourceFields = z.object({
  resource_id: resourceId,
  name: line(200),
  title: displayTitle,
  type: line(64).meta({ examples: ["database", "file", "api"] }),
  uri,
  source,
  mime_type: mimeType.nullish().transform((type) => type ?? null),
  content,
  icons,
  annotations: resourceAnnotations.default({}),
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
    .transform((words) => [...new Set(words)])
    .meta({
      description: "The ceiling of what anyone may do with it; none named: `read` alone.",
    }),
  connection: jsonObject
    .nullish()
    .transform((value) => value ?? {})
    .meta({
      description:
        "How a database, an S3 bucket or an API is reached, besides its address; secrets by name.",
    }),
  health_check_minutes: healthMinutes
    .nullish()
    .transform((minutes) => minutes ?? null)
    .meta({ description: "How often it is asked whether it works; absent: never by itself." }),
});

type Fields = z.output<typeof resourceFields>;

/** Says what is wrong with a connection: of a resource that has no driver, anything. */
function refineConnection({ type, uri, connection }: Fields, refinement: z.RefinementCtx): void {
  if (Object.keys(connection).length === 0) return;
  const kind = driverKindOf({ type, uri });
  if (kind === null) {
    const message =
      'is for resources that can be worked with: type "database" at postgres://, "file" at s3:// or file://, "api" at https://';
    refinement.addIssue({ code: "custom", path: ["connection"], message });
    return;
  }
  for (const { path, message } of connectionSchema(kind).safeParse(connection).error?.issues ??
    []) {
    refinement.addIssue({ code: "custom", path: ["connection", ...path], message });
  }
}

/** An address that a driver could never work with is told of now, not at its first use. */
function refineAddress({ type, uri }: Fields, refinement: z.RefinementCtx): void {
  const kind = driverKindOf({ type, uri });
  const message = kind === null || templateOf(uri) !== null ? null : malformationOf(kind, uri);
  if (message !== null) refinement.addIssue({ code: "custom", path: ["uri"], message });
}

export const registerResourceInput = resourceFields.superRefine((input, refinement) => {
  refineAddress(input, refinement);
  refineConnection(input, refinement);
  const known = templateOf(input.uri)?.variables ?? [];
  const unknown = templateOf(input.source ?? "")?.variables.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const message = `has the variable {${unknown}}, which the uri has not`;
  refinement.addIssue({ code: "custom", path: ["source"], message });
});

export type RegisterResourceInput = z.input<typeof registerResourceInput>;

export const resource = z
  .object({
    resource_id: z.string(),
    name: z.string(),
    title: z.string().nullable(),
    type: z.string(),
    uri: z.string(),
    source: z.string().nullable(),
    mime_type: z.string().nullable(),
    description: z.string(),
    icons: z.array(icon),
    annotations: resourceAnnotations,
    metadata: jsonObject,
    access_permissions: z.array(z.string()),
    driver: z
      .enum(driverKinds)
      .nullable()
      .meta({ description: "What it can be worked with by; null: it is registered and read." }),
    connection: jsonObject,
    health_check_minutes: z.number().int().nullable(),
    is_template: z.boolean(),
    size: z.number().int().nullable().meta({ description: "Bytes of the content kept here." }),
    sha256: z.string().nullable().meta({ description: "Of the content kept here, in hex." }),
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

/** What is known of a content that is kept here, without its bytes. */
export const contentInfo = z
  .object({
    resource_id: z.string(),
    mime_type: z.string(),
    size: z.number().int(),
    sha256: z.string(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: "ResourceContent" });

export type ContentInfo = z.output<typeof contentInfo>;

export const deletedResource = z.object({ status: z.literal("deleted"), resource_id: z.string() });
