"use client";

import type { FieldValues } from "react-hook-form";
import { Input } from "#components/ui/input.tsx";
import { type FieldProps, FieldShell, useField } from "./field.tsx";

/** One file, or null while none is chosen. */
export function FileField<I extends FieldValues, O>({
  label,
  description,
  className,
  control,
  name,
  disabled = false,
}: FieldProps<I, O>) {
  const { id, error, field, controlProps } = useField({ control, name, description, disabled });
  // A file box keeps its own value: the browser lets nobody set it.
  const { value: _, onChange, ...rest } = field;
  return (
    <FieldShell {...{ id, label, description, error, className }}>
      <Input
        {...controlProps}
        {...rest}
        type="file"
        onChange={({ target }) => onChange(target.files?.[0] ?? null)}
        className="py-1.5 file:mr-3 file:font-medium file:text-foreground touch:py-2.5"
      />
    </FieldShell>
  );
}
