"use client";

import type { ComponentProps } from "react";
import type { FieldValues } from "react-hook-form";
import { cn } from "#components/ui/cn.ts";
import { Input } from "#components/ui/input.tsx";
import { type FieldProps, FieldShell, useField } from "./field.tsx";

type TextFieldProps<I extends FieldValues, O> = FieldProps<I, O> &
  Pick<
    ComponentProps<"input">,
    "type" | "placeholder" | "autoComplete" | "autoFocus" | "readOnly"
  > & {
    /** For ids, slugs and addresses. */
    mono?: boolean;
  };

export function TextField<I extends FieldValues, O>({
  label,
  description,
  className,
  control,
  name,
  disabled = false,
  mono = false,
  ...input
}: TextFieldProps<I, O>) {
  const { id, error, field, controlProps } = useField({ control, name, description, disabled });
  return (
    <FieldShell {...{ id, label, description, error, className }}>
      <Input
        {...input}
        {...controlProps}
        {...field}
        value={field.value ?? ""}
        className={cn(mono && "font-mono")}
        spellCheck={!mono}
      />
    </FieldShell>
  );
}
