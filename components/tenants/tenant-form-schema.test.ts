import { expect, test } from "vitest";
import { tenantForm, toFormValues } from "./tenant-form-schema.ts";

const tenant = {
  tenant_id: "acme",
  name: "Acme",
  mcp_config: {
    max_memory_entries: 10,
    max_prompts: 40,
    max_running_tasks: 3,
    tool_search_above: 200,
    built_in_tools: false,
    resource_access: "granted",
    memory_retention_days: 30,
    memory_policy: "evict_oldest",
    memory_versions: 0,
    memory_language: "spanish",
    memory_trash_days: 7,
    memory_embedding: "openai/text-embedding-3-small",
    requests_per_minute: 600,
    federation_enabled: true,
    custom_endpoints: ["https://a.example"],
  },
  tool_limits: { max_tools: 5, max_dynamic_tools: 2, burst: { size: 3 } },
  resource_limits: { max_resources: 7, max_storage_mb: 100 },
  ai_providers: ["openai", { provider: "custom", rate_limit: 2000 }],
  egress_allow: ["127.0.0.1:9000", "*.corp.example"],
};

const issuesOf = (values: unknown) =>
  tenantForm.safeParse(values).error?.issues.map((issue) => issue.path.join(".")) ?? [];

test("a configuration that is opened and saved stays the same, keys without a field included", () => {
  expect(tenantForm.parse(toFormValues(tenant))).toEqual(tenant);
});

test("a limit whose box is emptied is left out", () => {
  const values = toFormValues(tenant);
  values.tool_limits.max_tools = null;
  values.mcp_config.memory_retention_days = null;
  const saved = tenantForm.parse(values);
  expect(saved.tool_limits).toEqual({ max_dynamic_tools: 2, burst: { size: 3 } });
  expect(saved.mcp_config).not.toHaveProperty("memory_retention_days");
  values.mcp_config.memory_embedding = " ";
  values.mcp_config.memory_policy = "refuse";
  const { mcp_config } = tenantForm.parse(values);
  expect(mcp_config).not.toHaveProperty("memory_embedding");
  expect(mcp_config).not.toHaveProperty("memory_policy");
});

test("a new tenant has no limits, and federation is off", () => {
  const values = { ...toFormValues({}), tenant_id: "new_one", name: "New" };
  expect(tenantForm.parse(values)).toEqual({
    tenant_id: "new_one",
    name: "New",
    mcp_config: { federation_enabled: false },
    tool_limits: {},
    resource_limits: {},
    ai_providers: [],
    egress_allow: [],
  });
});

test("each mistake is told at its own field", () => {
  const values = toFormValues(tenant);
  values.tenant_id = "Not A Slug";
  values.name = " ";
  values.tool_limits.max_tools = 1.5;
  values.mcp_config.requests_per_minute = 0;
  values.others.tool_limits = "{";
  values.ai_providers = '{"provider": "openai"}';
  expect(issuesOf(values)).toEqual([
    "tenant_id",
    "name",
    "mcp_config.requests_per_minute",
    "tool_limits.max_tools",
    "others.tool_limits",
    "ai_providers",
  ]);
});

test("a key that has a field cannot also stand in the JSON of the others", () => {
  const values = toFormValues(tenant);
  values.others.tool_limits = '{"max_tools": 500}';
  expect(issuesOf(values)).toEqual(["others.tool_limits"]);
});

test("outbound addresses are read from lines or commas", () => {
  const values = {
    ...toFormValues(tenant),
    egress_allow: " 10.0.0.0/8 \n\n*.a.example, b.example:80",
  };
  expect(tenantForm.parse(values).egress_allow).toEqual([
    "10.0.0.0/8",
    "*.a.example",
    "b.example:80",
  ]);
});
