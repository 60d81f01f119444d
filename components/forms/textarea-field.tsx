"use client";

import type { FieldValues } from "react-hook-form";
import { Textarea } from "#components/ui/textarea.tsx";
import { type FieldProps, FieldShell, useField } from "./field.tsx";

type TextareaFieldProps<I extends FieldValues, O> = FieldProps<I, O> & { placeholder?: string };

export function TextareaField<I extends FieldValues, O>({
  label,
  description,
  className,
  control,
  name,
  disabled = false,
  placeholder,
}: TextareaFieldProps<I, O>) {
  const { id, error, field, controlProps } = useField({ control, name, description, disabled });
  return (
    <FieldShell {...{ id, label, description, error, className }}>
      <Textarea
        {...controlProps}
        {...field}
        placeholder={placeholder}
        value={field.value ?? ""}
        className="max-h-96"
      />
    </FieldShell>
  );
}
