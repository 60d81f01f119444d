import { z } from "zod";
import { jsonText } from "#components/forms/schema.ts";
import { isJsonObject, type JsonObject, jsonObject } from "#lib/core/json.ts";
import {
  type ConfigureTenantInput,
  configureTenantInput,
  memoryLanguages,
  memoryPolicies,
  type Tenant,
} from "#lib/tenants/schema.ts";

const { shape } = configureTenantInput;

/** What of each group has a field of its own; the group's other keys are edited as JSON. */
const own = {
  mcp_config: [
    "max_memory_entries",
    "max_prompts",
    "memory_retention_days",
    "memory_policy",
    "memory_versions",
    "memory_language",
    "memory_trash_days",
    "memory_embedding",
    "requests_per_minute",
    "federation_enabled",
    "max_running_tasks",
    "max_gateway_requests",
    "tool_search_above",
    "built_in_tools",
    "resource_access",
  ],
  tool_limits: ["max_tools", "max_dynamic_tools"],
  resource_limits: ["max_resources", "max_storage_mb"],
} as const;

type Group = keyof typeof own;

/** The rest of a group as text, which must leave the keys that have fields alone. */
function others(group: Group) {
  return jsonText(
    jsonObject.superRefine((value, context) => {
      const taken = own[group].find((key) => Object.hasOwn(value, key));
      if (taken === undefined) return;
      context.addIssue({ code: "custom", message: `${taken} has a field of its own above.` });
    }),
  );
}

const lines = z
  .string()
  .transform((text) =>
    text
      .split(/[\n,]/)
      .map((line) => line.trim())
      .filter((line) => line !== ""),
  )
  .pipe(shape.egress_allow.unwrap());

/** The form's values as the API takes them: limits left empty are left out. */
export const tenantForm = z
  .object({
    tenant_id: shape.tenant_id,
    name: shape.name,
    mcp_config: shape.mcp_config
      .unwrap()
      .pick({
        max_memory_entries: true,
        max_prompts: true,
        max_running_tasks: true,
        max_gateway_requests: true,
        tool_search_above: true,
        memory_retention_days: true,
        memory_versions: true,
        memory_trash_days: true,
        requests_per_minute: true,
      })
      .extend({
        memory_policy: z.enum(memoryPolicies),
        memory_language: z.enum(memoryLanguages),
        memory_embedding: z.string().trim().max(300, "must have at most 300 characters"),
        federation_enabled: z.boolean(),
        built_in_tools: z.boolean(),
        resource_access: z.boolean(),
      }),
    tool_limits: shape.tool_limits.unwrap(),
    resource_limits: shape.resource_limits.unwrap(),
    others: z.object({
      mcp_config: others("mcp_config"),
      tool_limits: others("tool_limits"),
      resource_limits: others("resource_limits"),
    }),
    ai_providers: jsonText(shape.ai_providers.unwrap()),
    egress_allow: lines,
  })
  .transform(
    ({ others: rest, ...values }): ConfigureTenantInput => ({
      ...values,
      mcp_config: { ...rest.mcp_config, ...withoutDefaults(values.mcp_config) },
      tool_limits: { ...rest.tool_limits, ...withoutNulls(values.tool_limits) },
      resource_limits: { ...rest.resource_limits, ...withoutNulls(values.resource_limits) },
    }),
  );

export type TenantFormValues = z.input<typeof tenantForm>;

function withoutNulls(values: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

/** What is as it is without a word of the configuration is left out of it. */
function withoutDefaults({
  built_in_tools,
  resource_access,
  memory_policy,
  memory_language,
  memory_embedding,
  ...values
}: JsonObject): JsonObject {
  return {
    ...withoutNulls(values),
    ...(memory_policy === "refuse" ? {} : { memory_policy }),
    ...(memory_language === "simple" ? {} : { memory_language }),
    ...(memory_embedding === "" ? {} : { memory_embedding }),
    ...(built_in_tools === false ? { built_in_tools } : {}),
    ...(resource_access === true ? { resource_access: "granted" } : {}),
  };
}

function text(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

function numberOf(values: JsonObject, key: string): number | null {
  const value = values[key];
  return typeof value === "number" ? value : null;
}

function choiceOf<T extends string>(values: JsonObject, key: string, of: readonly T[], or: T): T {
  return of.find((choice) => choice === values[key]) ?? or;
}

function othersOf(tenant: Partial<Tenant>, group: Group): string {
  const values = tenant[group] ?? {};
  const known: readonly string[] = own[group];
  return text(Object.fromEntries(Object.entries(values).filter(([key]) => !known.includes(key))));
}

/** What the form starts with: a tenant's configuration, or nothing. */
export function toFormValues(tenant: Partial<Tenant>): TenantFormValues {
  const config = isJsonObject(tenant.mcp_config) ? tenant.mcp_config : {};
  return {
    tenant_id: tenant.tenant_id ?? "",
    name: tenant.name ?? "",
    mcp_config: {
      max_memory_entries: numberOf(config, "max_memory_entries"),
      max_prompts: numberOf(config, "max_prompts"),
      max_running_tasks: numberOf(config, "max_running_tasks"),
      max_gateway_requests: numberOf(config, "max_gateway_requests"),
      tool_search_above: numberOf(config, "tool_search_above"),
      memory_retention_days: numberOf(config, "memory_retention_days"),
      memory_versions: numberOf(config, "memory_versions"),
      memory_trash_days: numberOf(config, "memory_trash_days"),
      memory_policy: choiceOf(config, "memory_policy", memoryPolicies, "refuse"),
      memory_language: choiceOf(config, "memory_language", memoryLanguages, "simple"),
      memory_embedding: typeof config.memory_embedding === "string" ? config.memory_embedding : "",
      requests_per_minute: numberOf(config, "requests_per_minute"),
      federation_enabled: config.federation_enabled === true,
      built_in_tools: config.built_in_tools !== false,
      resource_access: config.resource_access === "granted",
    },
    tool_limits: {
      max_tools: numberOf(tenant.tool_limits ?? {}, "max_tools"),
      max_dynamic_tools: numberOf(tenant.tool_limits ?? {}, "max_dynamic_tools"),
    },
    resource_limits: {
      max_resources: numberOf(tenant.resource_limits ?? {}, "max_resources"),
      max_storage_mb: numberOf(tenant.resource_limits ?? {}, "max_storage_mb"),
    },
    others: {
      mcp_config: othersOf(tenant, "mcp_config"),
      tool_limits: othersOf(tenant, "tool_limits"),
      resource_limits: othersOf(tenant, "resource_limits"),
    },
    ai_providers: text(tenant.ai_providers ?? []),
    egress_allow: (tenant.egress_allow ?? []).join("\n"),
  };
}
