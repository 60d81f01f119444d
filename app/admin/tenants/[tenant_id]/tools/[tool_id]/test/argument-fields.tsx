"use client";

import { useId, useState } from "react";
import { FieldShell } from "#components/forms/field.tsx";
import { Button } from "#components/ui/button.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import type { ArgumentFieldProps } from "./argument-field-props.ts";
import { ArgumentInput } from "./argument-input.tsx";
import { argumentKind, argumentsOf, hintOf, type ReadArgument } from "./argument-kind.ts";
import { ItemsField } from "./items-field.tsx";
import { VariantsField } from "./variants-field.tsx";

type ArgumentFieldsProps = {
  /** A JSON Schema of type object. */
  schema: JsonObject;
  /** The schema that references are within. */
  root: JsonObject;
  value: JsonObject;
  onChange: (value: JsonObject) => void;
  depth?: number;
};

/** A field for each argument of a schema. What is left empty is not sent. */
export function ArgumentFields({ schema, root, value, onChange, depth = 0 }: ArgumentFieldsProps) {
  return argumentsOf(schema, root).map((argument) => (
    <ArgumentField
      key={argument.name}
      {...{ argument, root, depth }}
      value={value[argument.name]}
      onChange={(next) => onChange(withKey(value, argument.name, next))}
    />
  ));
}

function withKey(value: JsonObject, name: string, next: unknown): JsonObject {
  const { [name]: _, ...rest } = value;
  return next === undefined ? rest : { ...value, [name]: next };
}

/** The field for one argument, whatever its schema. */
function ArgumentField(props: ArgumentFieldProps) {
  const { argument, root, depth } = props;
  const kind = argumentKind(argument.schema, root, depth);
  if (kind.kind === "group" || kind.kind === "items" || kind.kind === "variants") {
    return <FoldedField {...props} kind={kind} />;
  }
  return <PlainArgument {...props} kind={kind} />;
}

type Plain = Exclude<ReadArgument, { kind: "group" | "items" | "variants" }>;

function PlainArgument({
  argument,
  root,
  value,
  onChange,
  kind,
}: ArgumentFieldProps & { kind: Plain }) {
  const id = useId();
  const { label, description, isRequired, schema } = argument;
  const hint = hintOf(kind, schema, root);
  const said =
    description && hint && !/\p{P}$/u.test(description) ? `${description}.` : description;
  const about = [said, hint].filter(Boolean).join(" ");
  const describedBy = about === "" ? undefined : `${id}-description`;
  return (
    <FieldShell
      id={id}
      label={label}
      description={about === "" ? undefined : about}
      error={undefined}
      aside={<Aside {...{ argument, kind, value, onChange }} />}
    >
      <ArgumentInput {...{ id, kind, isRequired, value, onChange, describedBy }} />
    </FieldShell>
  );
}

type AsideProps = Pick<ArgumentFieldProps, "argument" | "value" | "onChange"> & {
  kind: ReadArgument;
};

/** Says what is required, and lets null be sent where it may be. */
function Aside({ argument: { label, isRequired }, kind, value, onChange }: AsideProps) {
  const id = useId();
  return (
    <span className="flex items-center gap-3 text-muted-foreground text-xs">
      {kind.nullable && kind.kind !== "choice" && (
        <span className="flex items-center gap-1.5">
          <Checkbox
            id={id}
            aria-label={`${label} is null`}
            checked={value === null}
            onCheckedChange={(checked) => onChange(checked === true ? null : undefined)}
          />
          <label htmlFor={id}>Null</label>
        </span>
      )}
      {isRequired && <span>Required</span>}
    </span>
  );
}

type Folded = Extract<ReadArgument, { kind: "group" | "items" | "variants" }>;

/** What has fields of its own, or is written as JSON where those do not say it all. */
function FoldedField(props: ArgumentFieldProps & { kind: Folded }) {
  const { argument, value, onChange, kind } = props;
  const id = useId();
  const [asJson, setAsJson] = useState(false);
  const { label, description } = argument;
  return (
    <fieldset className="flex min-w-0 flex-col gap-4 border-l-2 pl-4">
      <legend className="float-left flex w-full flex-wrap items-center gap-x-3 gap-y-1 font-medium text-[0.8125rem]">
        <span className="[overflow-wrap:anywhere]">{label}</span>
        <Aside {...{ argument, kind, value, onChange }} />
        <Button
          variant="ghost"
          size="sm"
          className="ml-auto"
          aria-label={asJson ? `${label} as fields` : `${label} as JSON`}
          onClick={() => setAsJson(!asJson)}
        >
          {asJson ? "Fields" : "JSON"}
        </Button>
      </legend>
      {description && (
        <p className="clear-both -mt-2 text-muted-foreground text-xs">{description}</p>
      )}
      {asJson ? (
        <ArgumentInput
          {...{ id, value, onChange }}
          label={label}
          kind={{ kind: "json", nullable: false }}
          isRequired={argument.isRequired}
          describedBy={undefined}
        />
      ) : value === null && kind.nullable ? (
        <p className="clear-both text-muted-foreground text-sm">Null is sent.</p>
      ) : (
        <Fields {...props} />
      )}
    </fieldset>
  );
}

function Fields({
  argument,
  root,
  value,
  onChange,
  depth,
  kind,
}: ArgumentFieldProps & { kind: Folded }) {
  const inner = { argument, root, value, onChange, depth };
  switch (kind.kind) {
    case "items":
      return <ItemsField {...inner} Field={ArgumentField} schema={kind.schema} />;
    case "variants":
      return <VariantsField {...inner} Field={ArgumentField} variants={kind.variants} />;
    case "group":
      return (
        <ArgumentFields
          schema={kind.schema}
          {...{ root }}
          value={isJsonObject(value) ? value : {}}
          depth={depth + 1}
          onChange={(next) =>
            onChange(Object.keys(next).length === 0 && !argument.isRequired ? undefined : next)
          }
        />
      );
  }
}
