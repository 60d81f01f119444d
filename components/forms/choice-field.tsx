"use client";

import type { FieldValues } from "react-hook-form";
import { type FieldProps, useField } from "./field.tsx";

type ChoiceFieldProps<I extends FieldValues, O> = Omit<FieldProps<I, O>, "description"> & {
  options: readonly { value: string; label: string; about: string }[];
};

/** A choice that decides what the rest of the form asks: a card for each, all in sight. */
export function ChoiceField<I extends FieldValues, O>({
  label,
  className,
  control,
  name,
  disabled = false,
  options,
}: ChoiceFieldProps<I, O>) {
  const { id, error, field } = useField({ control, name, disabled });
  return (
    <fieldset className={className} disabled={disabled}>
      <legend className="mb-2 font-medium text-[0.8125rem] leading-none">{label}</legend>
      <div className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,11rem),1fr))] gap-2">
        {options.map(({ value, label: text, about }, index) => (
          <label
            key={value}
            className="flex cursor-pointer flex-col gap-0.5 rounded-md border bg-card px-3 py-2.5 transition-colors hover:bg-muted has-checked:border-primary has-checked:bg-accent has-focus-visible:outline-2 has-focus-visible:outline-ring has-disabled:cursor-not-allowed has-disabled:opacity-60"
          >
            <input
              type="radio"
              name={id}
              value={value}
              ref={index === 0 ? field.ref : undefined}
              checked={field.value === value}
              onChange={() => field.onChange(value)}
              onBlur={field.onBlur}
              aria-describedby={`${id}-${value}`}
              aria-label={text}
              className="sr-only"
            />
            <span className="font-medium text-[0.8125rem]">{text}</span>
            <span id={`${id}-${value}`} className="text-muted-foreground text-xs">
              {about}
            </span>
          </label>
        ))}
      </div>
      {error && <p className="mt-2 font-medium text-destructive-text text-xs">{error}</p>}
    </fieldset>
  );
}
