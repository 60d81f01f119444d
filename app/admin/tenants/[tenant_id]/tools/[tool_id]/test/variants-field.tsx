"use client";

import { useState } from "react";
import { Select } from "#components/ui/select.tsx";
import { exampleOf } from "../example-arguments.ts";
import type { OuterFieldProps } from "./argument-field-props.ts";
import { type Variant, variantOf } from "./argument-kind.ts";

// Radix takes no empty value.
const unsent = "unsent";

type VariantsFieldProps = OuterFieldProps & { variants: readonly Variant[] };

/** A value that has one of several forms: which one, and its field. */
export function VariantsField({
  argument,
  root,
  value,
  onChange,
  depth,
  variants,
  Field,
}: VariantsFieldProps) {
  // What is typed half may look like another form.
  const [chosen, setChosen] = useState(() => variantOf(variants, value));
  const { label, isRequired } = argument;
  const variant = variants[chosen];
  const options = variants.map((each, at) => ({ value: String(at), label: each.label }));

  function choose(next: string) {
    const at = next === unsent ? -1 : Number(next);
    setChosen(at);
    onChange(at === -1 ? undefined : exampleOf(variants[at]?.schema, root));
  }

  return (
    <div className="clear-both flex min-w-0 flex-col gap-4">
      <Select
        aria-label={`Form of ${label}`}
        prefix="Form"
        className="w-auto max-w-full self-start"
        options={isRequired ? options : [{ value: unsent, label: "Not sent" }, ...options]}
        placeholder="Choose…"
        value={chosen === -1 ? (isRequired ? "" : unsent) : String(chosen)}
        onValueChange={choose}
      />
      {variant && (
        <Field
          key={chosen}
          argument={{
            ...{ name: argument.name, label: variant.label, description: undefined },
            ...{ isRequired: true, schema: variant.schema },
          }}
          {...{ root, value, onChange }}
          depth={depth + 1}
        />
      )}
    </div>
  );
}
