import { z } from "zod";
import { pageQuery } from "#lib/core/page.ts";
import { tenantPermissions } from "#lib/core/permissions.ts";
import { oneLine } from "#lib/core/text-schema.ts";

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
  expires_at: z.iso
    .datetime({
      offset: true,
      abort: true,
      error: "must be an ISO 8601 time such as 2027-01-31T00:00:00Z",
    })
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
