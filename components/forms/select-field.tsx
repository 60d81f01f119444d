"use client";

import type { FieldValues } from "react-hook-form";
import { Select, type SelectOption } from "#components/ui/select.tsx";
import { type FieldProps, FieldShell, useField } from "./field.tsx";

type SelectFieldProps<I extends FieldValues, O> = FieldProps<I, O> & {
  options: readonly SelectOption[];
  placeholder?: string;
};

export function SelectField<I extends FieldValues, O>({
  label,
  description,
  className,
  control,
  name,
  disabled = false,
  options,
  placeholder = "Choose…",
}: SelectFieldProps<I, O>) {
  const { id, error, field, controlProps } = useField({ control, name, description, disabled });
  return (
    <FieldShell {...{ id, label, description, error, className }}>
      <Select
        {...controlProps}
        ref={field.ref}
        onBlur={field.onBlur}
        options={options}
        placeholder={placeholder}
        value={field.value ?? ""}
        onValueChange={field.onChange}
      />
    </FieldShell>
  );
}
