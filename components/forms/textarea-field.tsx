"use client";

import type { FieldValues } from "react-hook-form";
import { cn } from "#components/ui/cn.ts";
import { Textarea } from "#components/ui/textarea.tsx";
import { type FieldProps, FieldShell, useField } from "./field.tsx";

type TextareaFieldProps<I extends FieldValues, O> = FieldProps<I, O> & {
  placeholder?: string;
  mono?: boolean;
};

export function TextareaField<I extends FieldValues, O>({
  label,
  description,
  className,
  control,
  name,
  disabled = false,
  placeholder,
  mono = false,
}: TextareaFieldProps<I, O>) {
  const { id, error, field, controlProps } = useField({ control, name, description, disabled });
  return (
    <FieldShell {...{ id, label, description, error, className }}>
      <Textarea
        {...controlProps}
        {...field}
        placeholder={placeholder}
        value={field.value ?? ""}
        className={cn("max-h-96", mono && "min-h-32 font-mono text-xs leading-5 touch:text-base")}
      />
    </FieldShell>
  );
}
