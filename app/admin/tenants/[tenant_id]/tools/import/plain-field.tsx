"use client";

import { type ComponentProps, type ReactNode, useId } from "react";
import { FieldShell } from "#components/forms/field.tsx";
import { cn } from "#components/ui/cn.ts";
import { Input } from "#components/ui/input.tsx";

type PlainFieldProps = Omit<ComponentProps<typeof Input>, "onChange" | "value"> & {
  label: string;
  description?: ReactNode;
  value: string;
  onValueChange: (value: string) => void;
  mono?: boolean;
};

/** A line of text whose value its parent keeps. */
export function PlainField({
  label,
  description,
  className,
  onValueChange,
  mono = false,
  ...props
}: PlainFieldProps) {
  const id = useId();
  return (
    <FieldShell {...{ id, label, description, className }} error={undefined}>
      <Input
        id={id}
        className={cn(mono && "font-mono")}
        autoComplete="off"
        spellCheck={false}
        aria-describedby={description ? `${id}-description` : undefined}
        onChange={(event) => onValueChange(event.target.value)}
        {...props}
      />
    </FieldShell>
  );
}
