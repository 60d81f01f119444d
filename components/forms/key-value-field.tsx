"use client";

import { Plus, X } from "lucide-react";
import type { ReactNode } from "react";
import {
  type Control,
  type FieldArray,
  type FieldArrayPath,
  type FieldPath,
  type FieldValues,
  get,
  useFieldArray,
  useFormState,
} from "react-hook-form";
import { Button } from "#components/ui/button.tsx";
import { Input } from "#components/ui/input.tsx";
import { useField } from "./field.tsx";

type KeyValueFieldProps<I extends FieldValues, O> = {
  control: Control<I, unknown, O>;
  name: FieldArrayPath<I>;
  label: string;
  description?: ReactNode;
  /** Names of the two columns. */
  keyLabel?: string;
  valueLabel?: string;
};

/** Rows of name and value: the schema of its name is `pairsRecord()`. */
export function KeyValueField<I extends FieldValues, O>({
  control,
  name,
  label,
  description,
  keyLabel = "Name",
  valueLabel = "Value",
}: KeyValueFieldProps<I, O>) {
  const { fields, append, remove } = useFieldArray({ control, name });
  const { errors } = useFormState({ control });
  const whole = get(errors, name) as { message?: string; root?: { message?: string } } | undefined;
  const error = whole?.root?.message ?? whole?.message;
  return (
    <fieldset className="flex min-w-0 flex-col gap-2">
      <legend className="mb-2 font-medium text-[0.8125rem] leading-none">{label}</legend>
      {description && <p className="text-muted-foreground text-xs">{description}</p>}
      {fields.map((row, index) => (
        <div key={row.id} className="flex items-start gap-2">
          <div className="grid min-w-0 flex-1 grid-cols-[2fr_3fr] gap-2">
            <Cell {...{ control }} name={`${name}.${index}.key` as FieldPath<I>} label={keyLabel} />
            <Cell
              {...{ control }}
              name={`${name}.${index}.value` as FieldPath<I>}
              label={valueLabel}
            />
          </div>
          <Button
            variant="ghost"
            size="icon"
            aria-label={`Remove row ${index + 1}`}
            onClick={() => remove(index)}
          >
            <X aria-hidden />
          </Button>
        </div>
      ))}
      <Button
        variant="outline"
        size="sm"
        className="self-start"
        onClick={() => append({ key: "", value: "" } as FieldArray<I, FieldArrayPath<I>>)}
      >
        <Plus aria-hidden /> Add
      </Button>
      {error && (
        <p role="alert" className="font-medium text-destructive-text text-xs">
          {error}
        </p>
      )}
    </fieldset>
  );
}

function Cell<I extends FieldValues, O>({
  control,
  name,
  label,
}: {
  control: Control<I, unknown, O>;
  name: FieldPath<I>;
  label: string;
}) {
  const { id, error, field, controlProps } = useField({ control, name });
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <Input
        {...controlProps}
        {...field}
        value={String(field.value ?? "")}
        aria-label={label}
        placeholder={label}
        spellCheck={false}
        className="font-mono text-[0.8125rem]"
      />
      {error && (
        <p id={`${id}-error`} className="font-medium text-destructive-text text-xs">
          {error}
        </p>
      )}
    </div>
  );
}
