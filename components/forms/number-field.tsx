"use client";

import type { FieldValues } from "react-hook-form";
import { Input } from "#components/ui/input.tsx";
import { type FieldProps, FieldShell, useField } from "./field.tsx";

type NumberFieldProps<I extends FieldValues, O> = FieldProps<I, O> & {
  /** Stands at the right end of the box: `MB`, `days`, `per minute`. */
  suffix?: string;
  placeholder?: string;
  min?: number;
  max?: number;
  step?: number;
};

/** A number, or null while the box is empty: an optional number's schema is `.nullable()`. */
export function NumberField<I extends FieldValues, O>({
  label,
  description,
  className,
  control,
  name,
  disabled = false,
  suffix,
  ...input
}: NumberFieldProps<I, O>) {
  const { id, error, field, controlProps } = useField({ control, name, description, disabled });
  return (
    <FieldShell {...{ id, label, description, error, className }}>
      <div className="relative">
        <Input
          {...input}
          {...controlProps}
          {...field}
          type="number"
          inputMode="decimal"
          value={field.value ?? ""}
          onChange={({ target }) =>
            field.onChange(Number.isNaN(target.valueAsNumber) ? null : target.valueAsNumber)
          }
          // A wheel over a focused number box would change it while the page scrolls.
          onWheel={(event) => event.currentTarget.blur()}
          style={suffix ? { paddingRight: `${suffix.length * 0.5 + 1.5}rem` } : undefined}
          className="[appearance:textfield] [&::-webkit-inner-spin-button]:appearance-none"
        />
        {suffix && (
          <span className="pointer-events-none absolute inset-y-0 right-3 flex items-center text-muted-foreground text-xs">
            {suffix}
          </span>
        )}
      </div>
    </FieldShell>
  );
}
