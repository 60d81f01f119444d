import { z } from "zod";
import { clientId } from "#lib/core/id-schema.ts";
import { jsonObject } from "#lib/core/json.ts";
import { pageQuery } from "#lib/core/page.ts";
import { grantableRoles } from "#lib/core/permissions.ts";
import { oneLine } from "#lib/core/text-schema.ts";

const approvalRules = ["never", "destructive", "always"] as const;
const cacheScopes = ["principal", "tenant"] as const;

const by = z.object({ type: z.string(), id: z.string() });

const whole = (min: number, max: number) =>
  z
    .number({ error: `must be a whole number from ${min} to ${max}` })
    .refine(
      (value) => Number.isInteger(value) && value >= min && value <= max,
      `must be a whole number from ${min} to ${max}`,
    );

const reason = oneLine(z.string().trim().min(1, "must say why").max(500));

/** What is not given stays as it is. */
export const putPolicyInput = z.object({
  enabled: z.boolean().optional(),
  disabled_reason: oneLine(z.string().trim().max(500))
    .nullable()
    .optional()
    .meta({ description: "Why it is disabled, as its callers are told." }),
  approval: z.enum(approvalRules).optional().meta({
    description:
      "Calls that somebody approves first: destructive goes by the tool's own destructiveHint.",
  }),
  cache_ttl_seconds: whole(1, 86_400).nullable().optional().meta({
    description: "How long a result serves further calls with the same arguments; null: never.",
  }),
  cache_scope: z.enum(cacheScopes).optional(),
  max_concurrent: whole(1, 10_000)
    .nullable()
    .optional()
    .meta({ description: "Runs at a time in each process; null: any number." }),
  max_queue: whole(0, 10_000).optional(),
  max_queue_ms: whole(1, 60_000).optional(),
});

export type PutPolicyInput = z.input<typeof putPolicyInput>;

export const toolPolicy = z
  .object({
    tool_id: z.string(),
    enabled: z.boolean(),
    disabled_reason: z.string().nullable(),
    approval: z.enum(approvalRules),
    cache_ttl_seconds: z.number().int().nullable(),
    cache_scope: z.enum(cacheScopes),
    max_concurrent: z.number().int().nullable(),
    max_queue: z.number().int(),
    max_queue_ms: z.number().int(),
    updated_by: by.nullable(),
    updated_at: z.iso.datetime().nullable(),
  })
  .meta({ id: "ToolPolicy" });

export type ToolPolicyView = z.output<typeof toolPolicy>;

export const granteeTypes = ["key", "agent", "role", "member", "app"] as const;

const grantee = z
  .object({
    type: z.enum(granteeTypes),
    id: oneLine(z.string().min(1).max(200)),
  })
  .refine(({ type, id }) => type !== "role" || (grantableRoles as readonly string[]).includes(id), {
    path: ["id"],
    message: `must be one of ${grantableRoles.join(", ")}`,
  });

export const putGrantsInput = z.object({
  grants: z
    .array(grantee)
    .min(1, "must name somebody; DELETE opens the tool to the whole tenant")
    .max(200, "must have at most 200 entries"),
});

export type PutGrantsInput = z.input<typeof putGrantsInput>;

export const toolGrants = z
  .object({
    tool_id: z.string(),
    open_to: z
      .enum(["tenant", "granted"])
      .meta({ description: "tenant: anyone of the tenant; granted: only these." }),
    grants: z.array(
      z.object({ type: z.enum(granteeTypes), id: z.string(), created_at: z.iso.datetime() }),
    ),
  })
  .meta({ id: "ToolGrants" });

export type ToolGrantsView = z.output<typeof toolGrants>;

export const putLimitInput = z
  .object({
    tool_id: clientId()
      .nullable()
      .default(null)
      .meta({ description: "null: the calls of every tool, counted together." }),
    agent_id: oneLine(z.string().min(1).max(200))
      .nullable()
      .default(null)
      .meta({ description: "null: all callers together; *: each by itself; else that agent." }),
    calls_per_minute: whole(1, 1_000_000).nullable().default(null),
    calls_per_day: whole(1, 1_000_000_000).nullable().default(null),
  })
  .refine((limit) => limit.calls_per_minute !== null || limit.calls_per_day !== null, {
    path: ["calls_per_minute"],
    message: "give calls_per_minute, calls_per_day or both",
  });

export type PutLimitInput = z.input<typeof putLimitInput>;

export const toolLimit = z
  .object({
    limit_id: z.string(),
    tool_id: z.string().nullable(),
    agent_id: z.string().nullable(),
    calls_per_minute: z.number().int().nullable(),
    calls_per_day: z.number().int().nullable(),
    updated_by: by,
    updated_at: z.iso.datetime(),
  })
  .meta({ id: "ToolLimit" });

export type ToolLimitView = z.output<typeof toolLimit>;

export const deletedLimit = z.object({ status: z.literal("deleted"), limit_id: z.string() });

const switchScopes = ["tenant", "agent", "tool"] as const;

export const putSwitchInput = z
  .object({
    scope: z.enum(switchScopes),
    target_id: oneLine(z.string().max(200))
      .default("")
      .meta({ description: "The agent or the tool; not for the tenant, which is the caller's." }),
    reason,
  })
  .refine(({ scope, target_id }) => (scope === "tenant") === (target_id === ""), {
    path: ["target_id"],
    message: "is required for an agent or a tool, and must be absent for the tenant",
  });

export type PutSwitchInput = z.input<typeof putSwitchInput>;

export const killSwitch = z
  .object({
    switch_id: z.string(),
    scope: z.enum(switchScopes),
    target_id: z.string(),
    reason: z.string(),
    by_platform: z
      .boolean()
      .meta({ description: "Set by whoever runs the deployment, who alone may lift it." }),
    set_by: by,
    created_at: z.iso.datetime(),
  })
  .meta({ id: "KillSwitch" });

export type KillSwitchView = z.output<typeof killSwitch>;

export const liftedSwitch = z.object({ status: z.literal("lifted"), switch_id: z.string() });

export const approvalStatuses = ["pending", "approved", "denied", "used", "expired"] as const;

export const approval = z
  .object({
    approval_id: z.string(),
    tool_id: z.string(),
    mcp_name: z.string(),
    asked_by: by,
    agent_id: z.string().nullable(),
    arguments: jsonObject.meta({ description: "With secrets masked." }),
    status: z.enum(approvalStatuses),
    request_id: z.string(),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    decided_by: by.nullable(),
    decided_at: z.iso.datetime().nullable(),
    note: z.string().nullable(),
    used_at: z.iso.datetime().nullable(),
  })
  .meta({ id: "Approval" });

export type Approval = z.output<typeof approval>;

export const approvalQuery = pageQuery.extend({
  status: z.enum(approvalStatuses).optional(),
});

export type ApprovalQuery = z.output<typeof approvalQuery>;

export const decideInput = z
  .object({ note: oneLine(z.string().trim().max(500)).optional() })
  .default({});

export type DecideInput = z.input<typeof decideInput>;

export const toolAccess = z
  .object({
    tool_id: z.string(),
    mcp_name: z.string(),
    summary: z.array(z.string()).meta({ description: "What holds, in plain sentences." }),
    open_to: z.enum(["tenant", "granted"]),
    stopped: z.array(killSwitch).meta({ description: "What stops its calls now." }),
    policy: toolPolicy,
    needs_approval: z.boolean(),
    grants: toolGrants.shape.grants,
    limits: z.array(toolLimit),
    you: z.object({ may_call: z.boolean(), reason: z.string() }),
  })
  .meta({ id: "ToolAccess" });

export type ToolAccess = z.output<typeof toolAccess>;
