"use client";

import { type ComponentProps, type ReactNode, useId } from "react";
import { FieldShell } from "#components/forms/field.tsx";
import { Input } from "#components/ui/input.tsx";

type PlainFieldProps = Omit<ComponentProps<typeof Input>, "onChange" | "value"> & {
  label: string;
  description?: ReactNode;
  value: string;
  onValueChange: (value: string) => void;
};

/** A line of text whose value its parent keeps. */
export function PlainField({
  label,
  description,
  className,
  onValueChange,
  ...props
}: PlainFieldProps) {
  const id = useId();
  return (
    <FieldShell {...{ id, label, description, className }} error={undefined}>
      <Input
        id={id}
        autoComplete="off"
        spellCheck={false}
        aria-describedby={description ? `${id}-description` : undefined}
        onChange={(event) => onValueChange(event.target.value)}
        {...props}
      />
    </FieldShell>
  );
}
