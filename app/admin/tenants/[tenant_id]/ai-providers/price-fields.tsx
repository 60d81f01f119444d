"use client";

import { Plus, X } from "lucide-react";
import { useFieldArray, useFormContext } from "react-hook-form";
import { useField } from "#components/forms/field.tsx";
import { Button } from "#components/ui/button.tsx";
import { Input } from "#components/ui/input.tsx";
import { emptyPrice, type PriceRow, type ProviderValues } from "./provider-form-schema.ts";

const columns: { of: keyof PriceRow; label: string; hint: string }[] = [
  { of: "model", label: "Model", hint: "gpt-5-mini" },
  { of: "input", label: "Input", hint: "0.25" },
  { of: "cached", label: "Cached input", hint: "As input" },
  { of: "output", label: "Output", hint: "2.00" },
];

/** What a million tokens of each model cost. */
export function PriceFields() {
  const { control } = useFormContext<ProviderValues>();
  const { fields, append, remove } = useFieldArray({ control, name: "prices" });
  return (
    <div className="flex min-w-0 flex-col gap-3">
      {fields.map((row, index) => (
        <fieldset key={row.id} className="flex min-w-0 items-start gap-2">
          <legend className="sr-only">Price {index + 1}</legend>
          <div className="grid min-w-0 flex-1 grid-cols-2 gap-2 sm:grid-cols-[2fr_1fr_1fr_1fr]">
            {columns.map((column) => (
              <Cell key={column.of} index={index} {...column} />
            ))}
          </div>
          <Button
            variant="ghost"
            size="icon"
            className="mt-5"
            aria-label={`Remove price ${index + 1}`}
            onClick={() => remove(index)}
          >
            <X aria-hidden />
          </Button>
        </fieldset>
      ))}
      <Button variant="outline" size="sm" className="self-start" onClick={() => append(emptyPrice)}>
        <Plus aria-hidden /> Add price
      </Button>
    </div>
  );
}

type CellProps = { index: number; of: keyof PriceRow; label: string; hint: string };

function Cell({ index, of, label, hint }: CellProps) {
  const { control } = useFormContext<ProviderValues>();
  const { id, error, field, controlProps } = useField({ control, name: `prices.${index}.${of}` });
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-muted-foreground text-xs">
        {label}
      </label>
      <Input
        {...controlProps}
        {...field}
        value={String(field.value ?? "")}
        inputMode={of === "model" ? "text" : "decimal"}
        placeholder={hint}
        autoComplete="off"
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
