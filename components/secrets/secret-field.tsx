"use client";

import { useQuery } from "@tanstack/react-query";
import { useParams } from "next/navigation";
import type { FieldValues } from "react-hook-form";
import { type FieldProps, FieldShell, useField } from "#components/forms/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { listSecretNames } from "#lib/client/secret-names.ts";

/** The name of a secret: one of the tenant's, or one that is still to be created. */
export function SecretField<I extends FieldValues, O>({
  label,
  className,
  control,
  name,
}: Pick<FieldProps<I, O>, "label" | "className" | "control" | "name">) {
  const { tenant_id: tenantId } = useParams<{ tenant_id: string }>();
  const { data: names = [], isSuccess } = useQuery({
    queryKey: ["secrets", tenantId, "names"],
    queryFn: ({ signal }) => listSecretNames(tenantId, signal),
  });
  const description = "One of the tenant's secrets, by its name.";
  const { id, error, field, controlProps } = useField({ control, name, description });
  const given = String(field.value ?? "").trim();
  const isNew = isSuccess && given !== "" && !names.includes(given);
  return (
    <FieldShell
      {...{ id, label, error, className }}
      description={
        isNew ? "There is no secret of this name yet: calls fail until there is." : description
      }
    >
      <Input
        {...controlProps}
        {...field}
        value={field.value ?? ""}
        list={`${id}-names`}
        placeholder={names[0] ?? "CRM_TOKEN"}
        autoComplete="off"
        spellCheck={false}
        className="font-mono"
      />
      <datalist id={`${id}-names`}>
        {names.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </FieldShell>
  );
}
