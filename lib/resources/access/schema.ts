import { z } from "zod";
import { grantableRoles } from "#lib/core/permissions.ts";
import { oneLine } from "#lib/core/text-schema.ts";
import { moment } from "#lib/core/time-schema.ts";
import { accessPermission } from "../schema.ts";

/** The words that the platform itself goes by; a tenant's own are for its tools to check. */
export const knownPermissions = ["read", "write", "admin", "deploy", "delete", "audit"] as const;

export const subjectTypes = ["role", "member", "key", "agent", "client"] as const;

export type SubjectType = (typeof subjectTypes)[number];

const idForms: Partial<Record<SubjectType, { form: RegExp; message: string }>> = {
  role: {
    form: new RegExp(`^(${grantableRoles.join("|")})$`),
    message: `must be one of ${grantableRoles.join(", ")}`,
  },
  member: { form: /^usr_\w+$/, message: "must be a member's user_id, usr_…" },
  key: { form: /^p?key_\w+$/, message: "must be a key's key_id, key_…, and never the key itself" },
};

export const subject = z
  .object({
    type: z.enum(subjectTypes, { error: `must be one of ${subjectTypes.join(", ")}` }),
    id: oneLine(z.string({ error: "must be a string" }).min(1, "must not be empty").max(2_000)),
  })
  .superRefine(({ type, id }, refinement) => {
    const { form, message } = idForms[type] ?? {};
    if (!form || form.test(id)) return;
    refinement.addIssue({ code: "custom", path: ["id"], message });
  })
  .meta({
    description:
      "A role's name, a member's user_id, a key's key_id, the agent id of keys, or an application: its connection (app_…) or, for whoever connected it, its OAuth client_id.",
  });

export type Subject = z.output<typeof subject>;

const pathPrefix = oneLine(z.string().max(1_000))
  .transform((path) => path.replace(/^\/+|\/+$/g, ""))
  .refine(
    (path) =>
      !path.includes("\\") &&
      path.split("/").every((part) => part !== "" && part !== "." && part !== ".."),
    "must be a path such as reports/2026, without empty, . or .. parts",
  );

/** Names of a database, as long as PostgreSQL and MySQL have them, with their schema and table. */
const databaseName = oneLine(z.string().min(1, "must not be empty").max(200));

const names = (what: string) =>
  z
    .array(databaseName)
    .min(1, `must name at least one ${what}`)
    .max(200, "must have at most 200 entries")
    .transform((all) => [...new Set(all)].sort());

/** A condition that is not known is refused: ignored, it would grant more than was meant. */
export const conditions = z
  .strictObject({
    path_prefix: pathPrefix
      .optional()
      .meta({ description: "Nothing but this path and what lies below it." }),
    tables: names("table").optional().meta({ description: "Nothing but these tables." }),
    columns_hidden: names("column").optional().meta({
      description: "Never these columns: column, table.column or schema.table.column.",
    }),
    max_rows: z
      .number({ error: "must be a whole number" })
      .int("must be a whole number")
      .min(1, "must be at least 1")
      .max(1_000_000_000)
      .optional()
      .meta({ description: "At most so many rows in one answer." }),
  })
  .meta({ id: "ResourceConditions" });

const permissions = z
  .array(accessPermission)
  .min(1, "must name at least one permission")
  .max(50, "must have at most 50 entries")
  .transform((words) => [...new Set(words)]);

export const grantInput = z.object({
  subject,
  permissions,
  conditions: conditions.default({}),
  expires_at: moment()
    .refine((time) => Date.parse(time) > Date.now(), "must be in the future")
    .nullish()
    .transform((time) => time ?? null),
});

export type GrantInput = z.input<typeof grantInput>;

export const mostGrantsOfResource = 200;

export const putGrantsInput = z
  .array(
    grantInput.extend({
      // Given back as they were read, expired grants stay what they are.
      expires_at: moment()
        .nullish()
        .transform((time) => time ?? null),
    }),
    { error: "must be an array of grants" },
  )
  .max(mostGrantsOfResource, `must have at most ${mostGrantsOfResource} grants`);

export type PutGrantsInput = z.input<typeof putGrantsInput>;

export const resourceGrant = z
  .object({
    grant_id: z.string(),
    resource_id: z.string(),
    subject: z.object({ type: z.enum(subjectTypes), id: z.string() }),
    permissions: z.array(z.string()),
    conditions,
    expires_at: z.iso.datetime().nullable(),
    status: z.enum(["active", "expired"]),
    granted_by: z.object({ type: z.string(), id: z.string() }),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: "ResourceGrant" });

export type ResourceGrant = z.output<typeof resourceGrant>;

export const revokedGrant = z.object({ status: z.literal("revoked"), grant_id: z.string() });

export const openedResource = z.object({ status: z.literal("opened"), resource_id: z.string() });

/** A permission, whether it may be used, and why. */
const permissionAnswer = z.object({
  permission: z.string(),
  allowed: z.boolean(),
  reason: z.string(),
  grants: z.array(z.string()).meta({ description: "The grants that say so, by id." }),
  conditions: z
    .array(conditions)
    .meta({ description: "A use has to fit one of these whole; `{}` is free." }),
});

export type PermissionAnswer = z.output<typeof permissionAnswer>;

const openTo = z.enum(["tenant", "granted"]).meta({
  description: "tenant: anyone of the tenant with the scope; granted: only who is granted it.",
});

export const resourceAccess = z
  .object({
    resource_id: z.string(),
    open_to: openTo,
    granted_only_by: z
      .enum(["resource", "tenant"])
      .nullable()
      .meta({ description: "What closes it: its own grants, or the tenant's resource_access." }),
    ceiling: z.array(z.string()).meta({ description: "What the resource offers to anyone." }),
    summary: z.array(z.string()).meta({ description: "What holds, in plain sentences." }),
    grants: z.array(resourceGrant),
    subjects: z.array(
      z.object({
        subject: z.object({ type: z.enum(subjectTypes), id: z.string() }),
        permissions: z.array(permissionAnswer),
      }),
    ),
    you: z.array(permissionAnswer).meta({ description: "The same for whoever asks." }),
  })
  .meta({ id: "ResourceAccess" });

export type ResourceAccess = z.output<typeof resourceAccess>;

export const checkInput = z.object({
  permission: accessPermission,
  subject: subject.optional().meta({ description: "Absent: whoever asks." }),
  path: oneLine(z.string().max(2_000))
    .optional()
    .meta({ description: "Relative to the resource; the empty path is all of it." }),
  tables: z.array(databaseName).max(200).optional(),
  columns: z.array(databaseName).max(1_000).optional(),
  rows: z.number().int().min(0).optional(),
});

export type CheckInput = z.input<typeof checkInput>;

export const checkAnswer = permissionAnswer
  .extend({
    resource_id: z.string(),
    subject: z
      .object({ type: z.enum(subjectTypes), id: z.string() })
      .nullable()
      .meta({ description: "null: whoever asks." }),
  })
  .meta({ id: "ResourceCheck" });

export type CheckAnswer = z.output<typeof checkAnswer>;
