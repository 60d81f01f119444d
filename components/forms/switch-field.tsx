"use client";

import type { FieldValues } from "react-hook-form";
import { cn } from "#components/ui/cn.ts";
import { Label } from "#components/ui/label.tsx";
import { Switch } from "#components/ui/switch.tsx";
import { FieldNotes, type FieldProps, useField } from "./field.tsx";

export function SwitchField<I extends FieldValues, O>({
  label,
  description,
  className,
  control,
  name,
  disabled = false,
}: FieldProps<I, O>) {
  const { id, error, field, controlProps } = useField({ control, name, description, disabled });
  const { value, onChange, ...rest } = field;
  return (
    <div className={cn("flex items-start justify-between gap-4", className)}>
      <div className="flex min-w-0 flex-col gap-1.5">
        <Label htmlFor={id} className="leading-5">
          {label}
        </Label>
        <FieldNotes id={id} description={description} error={error} />
      </div>
      <Switch {...controlProps} {...rest} checked={Boolean(value)} onCheckedChange={onChange} />
    </div>
  );
}
