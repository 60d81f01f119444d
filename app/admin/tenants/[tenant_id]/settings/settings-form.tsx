"use client";

import { toast } from "sonner";
import type { FormFailure } from "#components/forms/form.tsx";
import { TenantForm } from "#components/tenants/tenant-form.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { configureTenant } from "#lib/client/tenants.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { ConfigureTenantInput, Tenant } from "#lib/tenants/schema.ts";

type SettingsFormProps = { tenant: Tenant; defaultRequestsPerMinute: number };

export function SettingsForm({ tenant, defaultRequestsPerMinute }: SettingsFormProps) {
  const change = useChange(configureTenant);

  async function save(input: ConfigureTenantInput): Promise<FormFailure | undefined> {
    try {
      await change.mutateAsync(input);
      toast.success("The settings are saved", { description: "They are in force at once." });
      return undefined;
    } catch (error) {
      return toFailure(error);
    }
  }

  return (
    <TenantForm
      tenant={tenant}
      defaultRequestsPerMinute={defaultRequestsPerMinute}
      submitLabel="Save settings"
      onSave={save}
    />
  );
}
