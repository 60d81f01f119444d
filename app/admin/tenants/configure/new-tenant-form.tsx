"use client";

import { useRouter } from "next/navigation";
import { toast } from "sonner";
import type { FormFailure } from "#components/forms/form.tsx";
import { TenantForm } from "#components/tenants/tenant-form.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { configureTenant, tenantExists } from "#lib/client/tenants.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { ConfigureTenantInput } from "#lib/tenants/schema.ts";

type NewTenantFormProps = { defaultRequestsPerMinute: number };

const taken: FormFailure = {
  detail: "Nothing was created.",
  errors: [{ pointer: "/tenant_id", message: "is another tenant's id" }],
};

export function NewTenantForm({ defaultRequestsPerMinute }: NewTenantFormProps) {
  const router = useRouter();
  const create = useChange(configureTenant);

  async function save(input: ConfigureTenantInput): Promise<FormFailure | undefined> {
    try {
      // The API would replace the configuration of the tenant that is there.
      if (await tenantExists(input.tenant_id)) return taken;
      const tenant = await create.mutateAsync(input);
      router.push(`/admin/tenants/${tenant.tenant_id}`);
      toast.success(`${tenant.name} is created`);
      return undefined;
    } catch (error) {
      return toFailure(error);
    }
  }

  return (
    <TenantForm
      defaultRequestsPerMinute={defaultRequestsPerMinute}
      submitLabel="Create tenant"
      onSave={save}
    />
  );
}
