"use client";

import { type Control, useWatch } from "react-hook-form";
import { SelectField } from "#components/forms/select-field.tsx";
import type { Role } from "#lib/core/permissions.ts";
import { roles } from "./roles.ts";

type Values = { email: string; role: Role };

type RoleFieldProps = {
  control: Control<Values, unknown, Values>;
  /** Owners are made by owners and operators alone. */
  mayMakeOwners: boolean;
};

export function RoleField({ control, mayMakeOwners }: RoleFieldProps) {
  const role = useWatch({ control, name: "role" });
  const options = roles.filter(({ value }) => mayMakeOwners || value !== "owner");
  return (
    <SelectField
      control={control}
      name="role"
      label="Role"
      description={roles.find(({ value }) => value === role)?.may}
      options={options.map(({ value, label }) => ({ value, label }))}
    />
  );
}
