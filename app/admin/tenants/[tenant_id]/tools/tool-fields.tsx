"use client";

import { useFormContext, useWatch } from "react-hook-form";
import { ChoiceField } from "#components/forms/choice-field.tsx";
import { JsonField } from "#components/forms/json-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { TextareaField } from "#components/forms/textarea-field.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { kindFields } from "./kinds/kind-fields.tsx";
import { type FormKind, formKinds, kindForms } from "./kinds/kind-forms.ts";
import type { ToolFields } from "./tool-form-schema.ts";

type ImplementationProps = {
  /** Kinds that cannot be chosen here. */
  without?: readonly FormKind[];
};

/** What kind of runtime the tool has, and that kind's own fields. */
export function Implementation({ without = [] }: ImplementationProps) {
  const { control } = useFormContext<ToolFields>();
  const kind = useWatch({ control, name: "kind" });
  const Fields = kindFields[kind];
  const offered = formKinds.filter((each) => !without.includes(each));
  return (
    <>
      <Card>
        <CardContent>
          <ChoiceField
            {...{ control }}
            name="kind"
            label="What it runs"
            options={offered.map((value) => ({
              value,
              label: kindForms[value].label,
              about: kindForms[value].about,
            }))}
          />
        </CardContent>
      </Card>
      <Fields />
    </>
  );
}

/** What the tool takes, and the rest of its configuration. */
export function ParametersCard() {
  const { control } = useFormContext<ToolFields>();
  return (
    <Card>
      <CardHeader>
        <CardTitle>Parameters</CardTitle>
        <CardDescription>
          JSON Schema of type object, or the short form: names with type, required and default.
        </CardDescription>
      </CardHeader>
      <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2">
        <JsonField {...{ control }} name="parameters" label="Parameters" />
        <JsonField
          {...{ control }}
          name="config"
          label="Further configuration"
          description="Keys of one's own, such as type, which tools can be filtered by."
        />
      </CardContent>
    </Card>
  );
}

/** What MCP clients read to choose the tool. */
export function NameFields() {
  const { control } = useFormContext<ToolFields>();
  return (
    <>
      <TextField
        {...{ control }}
        name="name"
        label="Name"
        description="What MCP clients call it by, where its characters allow that."
        autoComplete="off"
      />
      <TextField
        {...{ control }}
        name="title"
        label="Title"
        description="What people read in its place; empty: the name."
        autoComplete="off"
      />
      <TextareaField
        {...{ control }}
        name="description"
        label="Description"
        description="Models read this to decide when to call the tool."
        className="sm:col-span-2"
      />
    </>
  );
}
