"use client";

import { useId } from "react";
import { FieldShell } from "#components/forms/field.tsx";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { ArgumentInput } from "./argument-input.tsx";
import { type Argument, argumentKind, argumentsOf } from "./argument-kind.ts";

type ArgumentFieldsProps = {
  /** A JSON Schema of type object. */
  schema: JsonObject;
  value: JsonObject;
  onChange: (value: JsonObject) => void;
  depth?: number;
};

/** A field for each argument of a schema. What is left empty is not sent. */
export function ArgumentFields({ schema, value, onChange, depth = 0 }: ArgumentFieldsProps) {
  return argumentsOf(schema).map((argument) => (
    <ArgumentField
      key={argument.name}
      argument={argument}
      value={value[argument.name]}
      depth={depth}
      onChange={(next) => onChange(withKey(value, argument.name, next))}
    />
  ));
}

function withKey(value: JsonObject, name: string, next: unknown): JsonObject {
  const { [name]: _, ...rest } = value;
  return next === undefined ? rest : { ...value, [name]: next };
}

type ArgumentFieldProps = {
  argument: Argument;
  value: unknown;
  onChange: (value: unknown) => void;
  depth: number;
};

function ArgumentField({ argument, value, onChange, depth }: ArgumentFieldProps) {
  const id = useId();
  const { label, description, isRequired, schema } = argument;
  const kind = argumentKind(schema, depth);
  if (kind.kind === "group") {
    return (
      <fieldset className="flex min-w-0 flex-col gap-4 border-l-2 pl-4">
        <legend className="pb-2 font-medium text-[0.8125rem]">{label}</legend>
        {description && <p className="-mt-2 text-muted-foreground text-xs">{description}</p>}
        <ArgumentFields
          schema={kind.schema}
          value={isJsonObject(value) ? value : {}}
          depth={depth + 1}
          onChange={(next) =>
            onChange(Object.keys(next).length === 0 && !isRequired ? undefined : next)
          }
        />
      </fieldset>
    );
  }
  const hint = kind.kind === "lines" ? "One a line." : kind.kind === "json" ? "As JSON." : "";
  const said =
    description && hint && !/\p{P}$/u.test(description) ? `${description}.` : description;
  const about = [said, hint].filter(Boolean).join(" ");
  return (
    <FieldShell
      id={id}
      label={label}
      description={about === "" ? undefined : about}
      error={undefined}
      aside={
        isRequired ? <span className="text-muted-foreground text-xs">Required</span> : undefined
      }
    >
      <ArgumentInput
        id={id}
        kind={kind}
        isRequired={isRequired}
        value={value}
        onChange={onChange}
        describedBy={about === "" ? undefined : `${id}-description`}
      />
    </FieldShell>
  );
}
