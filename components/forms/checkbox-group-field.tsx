"use client";

import type { FieldValues } from "react-hook-form";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { cn } from "#components/ui/cn.ts";
import type { SelectOption } from "#components/ui/select.tsx";
import { FieldNotes, type FieldProps, useField } from "./field.tsx";

type CheckboxGroupFieldProps<I extends FieldValues, O> = FieldProps<I, O> & {
  options: readonly SelectOption[];
};

/** A choice of several: the value is an array of the options' values, in the options' order. */
export function CheckboxGroupField<I extends FieldValues, O>({
  label,
  description,
  className,
  control,
  name,
  disabled = false,
  options,
}: CheckboxGroupFieldProps<I, O>) {
  const { id, error, field, controlProps } = useField({ control, name, description, disabled });
  const chosen: readonly unknown[] = Array.isArray(field.value) ? field.value : [];
  const toggle = (value: string, on: boolean) =>
    field.onChange(
      options
        .map((option) => option.value)
        .filter((other) => (other === value ? on : chosen.includes(other))),
    );
  return (
    <fieldset
      id={id}
      disabled={disabled}
      aria-describedby={controlProps["aria-describedby"]}
      className={cn("flex min-w-0 flex-col gap-2", className)}
    >
      <legend className="mb-2 font-medium text-[0.8125rem] leading-none">{label}</legend>
      <div className="grid gap-x-4 gap-y-1 sm:grid-cols-2">
        {options.map((option, index) => (
          <label
            key={option.value}
            htmlFor={`${id}-${option.value}`}
            className="flex items-start gap-2.5 rounded-md py-1 text-sm touch:min-h-11 touch:items-center"
          >
            <Checkbox
              id={`${id}-${option.value}`}
              ref={index === 0 ? field.ref : undefined}
              className="mt-0.5 touch:mt-0"
              disabled={disabled}
              checked={chosen.includes(option.value)}
              onCheckedChange={(checked) => toggle(option.value, checked === true)}
              onBlur={field.onBlur}
            />
            <span className="min-w-0">
              {option.label}
              {option.description && (
                <span className="block text-muted-foreground text-xs">{option.description}</span>
              )}
            </span>
          </label>
        ))}
      </div>
      <FieldNotes id={id} description={description} error={error} />
    </fieldset>
  );
}
