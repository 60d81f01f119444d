"use client";

import type { ReactNode } from "react";
import type { Control } from "react-hook-form";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { JsonField } from "#components/forms/json-field.tsx";
import { NumberField } from "#components/forms/number-field.tsx";
import { SelectField } from "#components/forms/select-field.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { SwitchField } from "#components/forms/switch-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { TextareaField } from "#components/forms/textarea-field.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { cn } from "#components/ui/cn.ts";
import { formatValue } from "#components/ui/format.ts";
import {
  type ConfigureTenantInput,
  memoryLanguages,
  type memoryPolicies,
  type Tenant,
} from "#lib/tenants/schema.ts";
import { type TenantFormValues, tenantForm, toFormValues } from "./tenant-form-schema.ts";

type TenantFormProps = {
  /** The tenant whose configuration is edited; left out for a new one. */
  tenant?: Tenant;
  /** The deployment's request rate, in force where the tenant has none of its own. */
  defaultRequestsPerMinute: number;
  submitLabel: string;
  onSave: (input: ConfigureTenantInput) => Promise<FormFailure | undefined>;
};

const unlimited = "No limit";

/** Everything that a tenant can be configured with. */
export function TenantForm({
  tenant,
  defaultRequestsPerMinute,
  submitLabel,
  onSave,
}: TenantFormProps) {
  const form = useZodForm(tenantForm, toFormValues(tenant ?? {}));
  const { control } = form;

  async function save(input: ConfigureTenantInput) {
    const failure = await onSave(input);
    if (!failure) form.reset(undefined, { keepValues: true });
    return failure;
  }

  return (
    <Form form={form} onSubmit={save}>
      <Group title="General" description="The id is part of addresses and never changes.">
        <TextField
          {...{ control }}
          name="tenant_id"
          label="Tenant id"
          mono
          readOnly={tenant !== undefined}
          placeholder="acme_eu"
          autoComplete="off"
          description={
            tenant ? undefined : "Lower-case letters, digits, _ and -; at most 64 characters."
          }
        />
        <TextField {...{ control }} name="name" label="Name" autoComplete="off" />
      </Group>
      <Group title="Limits" description="An empty box means no limit.">
        <NumberField
          {...{ control }}
          name="tool_limits.max_tools"
          label="Tools"
          placeholder={unlimited}
          min={0}
        />
        <NumberField
          {...{ control }}
          name="tool_limits.max_dynamic_tools"
          label="Dynamic tools"
          placeholder={unlimited}
          min={0}
        />
        <NumberField
          {...{ control }}
          name="resource_limits.max_resources"
          label="Resources"
          placeholder={unlimited}
          min={0}
        />
        <NumberField
          {...{ control }}
          name="resource_limits.max_storage_mb"
          label="Storage"
          placeholder={unlimited}
          suffix="MB"
          min={0}
        />
        <NumberField
          {...{ control }}
          name="mcp_config.max_memory_entries"
          label="Memories"
          placeholder={unlimited}
          min={0}
        />
        <NumberField
          {...{ control }}
          name="mcp_config.max_prompts"
          label="Prompts"
          placeholder={unlimited}
          min={0}
        />
        <NumberField
          {...{ control }}
          name="mcp_config.max_running_tasks"
          label="Running tasks"
          description="Long tool calls that run at the same time."
          placeholder="100"
          min={0}
        />
        <NumberField
          {...{ control }}
          name="mcp_config.max_gateway_requests"
          label="Model requests"
          description="Requests at the AI gateway that run at the same time, on each process."
          placeholder="256"
          min={0}
        />
        <NumberField
          {...{ control }}
          name="mcp_config.requests_per_minute"
          label="Request rate"
          description={`Empty: the deployment's ${formatValue(defaultRequestsPerMinute, "count")}.`}
          placeholder={String(defaultRequestsPerMinute)}
          suffix="per minute"
          min={1}
        />
        <SwitchField
          {...{ control }}
          name="mcp_config.federation_enabled"
          label="Federation"
          description="The tenant may copy memories and tools from other deployments."
          className="self-center"
        />
      </Group>
      <MemoryGroup control={control} />
      <Group title="MCP" description="What the tenant's agents find on its server.">
        <NumberField
          {...{ control }}
          name="mcp_config.tool_search_above"
          label="Search instead of a list above"
          description="With more tools than this, agents see the pinned ones and search_tools for the rest."
          placeholder="Always list all"
          suffix="tools"
          min={1}
        />
        <SwitchField
          {...{ control }}
          name="mcp_config.built_in_tools"
          label="Built-in tools"
          description="Agents get tools for the tenant's memory and resources, as their scopes allow."
          className="self-center"
        />
        <SwitchField
          {...{ control }}
          name="mcp_config.resource_access"
          label="Resources by grant alone"
          description="Off: a resource is open to the whole tenant until somebody is granted it."
          className="self-center"
        />
      </Group>
      <Group
        title="Outbound calls"
        description="Where the tenant's tools may reach, and the models it may use."
      >
        <TextareaField
          {...{ control }}
          name="egress_allow"
          label="Allowed besides the public internet"
          description="One host or network a line, such as 10.1.0.0/16, *.corp.example or 127.0.0.1:9000."
          placeholder="*.corp.example"
        />
        <JsonField
          {...{ control }}
          name="ai_providers"
          label="AI providers"
          description='An array of names or objects: ["openai", {"provider": "custom", "rate_limit": 2000}]'
          placeholder="[]"
        />
      </Group>
      <Group
        title="Further keys"
        description="What the configuration holds besides; kept and given back as it is."
        className="lg:grid-cols-3"
      >
        <JsonField {...{ control }} name="others.mcp_config" label="mcp_config" />
        <JsonField {...{ control }} name="others.tool_limits" label="tool_limits" />
        <JsonField {...{ control }} name="others.resource_limits" label="resource_limits" />
      </Group>
      <div className="sticky bottom-0 z-10 -mx-4 flex items-center justify-end gap-3 border-t bg-background/90 px-4 py-3 backdrop-blur sm:-mx-6 sm:px-6 lg:-mx-8 lg:px-8">
        {form.formState.isDirty && (
          <p className="text-muted-foreground text-xs" role="status">
            Changes are not saved yet
          </p>
        )}
        <SubmitButton>{submitLabel}</SubmitButton>
      </div>
    </Form>
  );
}

const policies = [
  { value: "refuse", label: "Refuse new ones" },
  { value: "evict_oldest", label: "Let the oldest go" },
  { value: "evict_least_important", label: "Let the least important go" },
] satisfies { value: (typeof memoryPolicies)[number]; label: string }[];

const languages = memoryLanguages.map((value) => ({
  value,
  label: value === "simple" ? "None: words as they are" : value[0]?.toUpperCase() + value.slice(1),
}));

type MemoryGroupProps = { control: Control<TenantFormValues, unknown, ConfigureTenantInput> };

function MemoryGroup({ control }: MemoryGroupProps) {
  return (
    <Group title="Memory" description="How long agents' memories are kept, and how they are found.">
      <SelectField
        {...{ control }}
        name="mcp_config.memory_policy"
        label="When the limit is reached"
        options={policies}
      />
      <NumberField
        {...{ control }}
        name="mcp_config.memory_retention_days"
        label="Retention"
        description="Days after its last write that a memory is kept."
        placeholder="For ever"
        suffix="days"
        min={1}
      />
      <NumberField
        {...{ control }}
        name="mcp_config.memory_versions"
        label="Versions"
        description="Kept of each memory besides the current one; at most 100."
        placeholder="10"
        min={0}
        max={100}
      />
      <NumberField
        {...{ control }}
        name="mcp_config.memory_trash_days"
        label="Trash"
        description="How long a deleted memory can be brought back."
        placeholder="30"
        suffix="days"
        min={1}
        max={365}
      />
      <SelectField
        {...{ control }}
        name="mcp_config.memory_language"
        label="Language"
        description="Whose words are found in all of their forms."
        options={languages}
      />
      <TextField
        {...{ control }}
        name="mcp_config.memory_embedding"
        label="Model of embeddings"
        description="Memories are then found by their meaning too: provider/model of the AI providers below. It takes a database with pgvector."
        placeholder="openai/text-embedding-3-small"
        autoComplete="off"
        mono
      />
    </Group>
  );
}

type GroupProps = {
  title: string;
  description: string;
  className?: string;
  children: ReactNode;
};

function Group({ title, description, className, children }: GroupProps) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>{title}</CardTitle>
        <CardDescription>{description}</CardDescription>
      </CardHeader>
      <CardContent className={cn("grid items-start gap-x-6 gap-y-5 sm:grid-cols-2", className)}>
        {children}
      </CardContent>
    </Card>
  );
}
