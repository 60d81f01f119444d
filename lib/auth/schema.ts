import { z } from "zod";
import { pageQuery } from "#lib/core/page.ts";
import { memberRoles, tenantPermissions } from "#lib/core/permissions.ts";
import { oneLine } from "#lib/core/text-schema.ts";
import { moment } from "#lib/core/time-schema.ts";

const scope = z.enum(["*", ...tenantPermissions], {
  error: `must be "*" or one of ${tenantPermissions.join(", ")}`,
});

export const createKeyInput = z.object({
  name: oneLine(z.string().trim().min(1, "must not be empty").max(200)),
  scopes: z
    .array(scope)
    .min(1, "must name at least one scope")
    .default(["*"])
    .meta({ description: "`*` is all of the tenant's." }),
  agent_id: oneLine(z.string().min(1).max(200)).nullish(),
  expires_at: moment(" such as 2027-01-31T00:00:00Z")
    .refine((text) => new Date(text).getTime() > Date.now(), "must be in the future")
    .nullish(),
  kind: z
    .enum(["tenant", "platform"])
    .default("tenant")
    .meta({ description: "platform: acts for every tenant; the operator alone may make one." }),
});

export type CreateKeyInput = z.input<typeof createKeyInput>;

export const rotateKeyInput = z.object({
  overlap_seconds: z
    .number()
    .int()
    .min(0)
    .max(30 * 86_400)
    .default(86_400)
    .meta({ description: "How long the old key keeps working." }),
});

export type RotateKeyInput = z.input<typeof rotateKeyInput>;

export const keyQuery = pageQuery.extend({
  kind: z.enum(["tenant", "platform"]).default("tenant"),
});

export const apiKey = z
  .object({
    key_id: z.string(),
    kind: z.enum(["tenant", "platform"]),
    tenant_id: z.string().nullable(),
    name: z.string(),
    hint: z.string().meta({ description: "How the key begins and ends, to recognise it by." }),
    scopes: z.array(z.string()),
    /** Whose the key's calls are in the ledger; what the key may do is said by its scopes. */
    agent_id: z.string().nullable(),
    status: z.enum(["active", "expired", "revoked"]),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime().nullable(),
    revoked_at: z.iso.datetime().nullable(),
    last_used_at: z.iso.datetime().nullable(),
    rotated_from: z.string().nullable(),
  })
  .meta({ id: "ApiKey" });

export type ApiKey = z.output<typeof apiKey>;

export const newApiKey = apiKey
  .extend({ key: z.string().meta({ description: "The key itself: shown now and never again." }) })
  .meta({ id: "NewApiKey" });

export type NewApiKey = z.output<typeof newApiKey>;

const password = z.string({ error: "must be a string" }).max(1000, "is too long");

export const changePasswordInput = z.object({
  current_password: password.min(1, "must not be empty"),
  new_password: password.min(10, "must have at least 10 characters"),
});

export type ChangePasswordInput = z.input<typeof changePasswordInput>;

export const changedPassword = z.object({ status: z.literal("changed") });

const role = z.enum(memberRoles, { error: `must be one of ${memberRoles.join(", ")}` });

export const addMemberInput = z.object({
  email: oneLine(
    z
      .string({ error: "must be a string" })
      .trim()
      .toLowerCase()
      .max(254, "must have at most 254 characters")
      .regex(/^[^\s@]+@[^\s@]+$/, "must be an e-mail address such as ada@example.com"),
  ),
  role,
});

export type AddMemberInput = z.input<typeof addMemberInput>;

export const changeMemberInput = z.object({ role });

export type ChangeMemberInput = z.input<typeof changeMemberInput>;

/** A person of a tenant. Nothing here says where else they belong. */
export const member = z
  .object({
    user_id: z.string(),
    email: z.string(),
    role,
    created_at: z.iso.datetime().meta({ description: "When the person was added to the tenant." }),
  })
  .meta({ id: "Member" });

export type Member = z.output<typeof member>;

export const newMember = member
  .extend({
    initial_password: z.string().nullable().meta({
      description:
        "What a person who is new signs in with: shown now and never again. Null: they have an account.",
    }),
  })
  .meta({ id: "NewMember" });

export type NewMember = z.output<typeof newMember>;

export const removedMember = z.object({ status: z.literal("removed"), user_id: z.string() });

export const newMemberPassword = z.object({
  user_id: z.string(),
  password: z.string().meta({ description: "Shown now and never again." }),
});

export type NewMemberPassword = z.output<typeof newMemberPassword>;
