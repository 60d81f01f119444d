"use client";

import { useFormContext } from "react-hook-form";
import { JsonField } from "#components/forms/json-field.tsx";
import { KeyValueField } from "#components/forms/key-value-field.tsx";
import { NumberField } from "#components/forms/number-field.tsx";
import { SelectField } from "#components/forms/select-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { TextareaField } from "#components/forms/textarea-field.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import type { ToolFields } from "./tool-form-schema.ts";

const methods = ["POST", "GET", "PUT", "PATCH", "DELETE", "HEAD"].map((method) => ({
  value: method,
  label: method,
}));

/** What the tool runs and how its address is called. */
export function ImplementationCard() {
  const { control } = useFormContext<ToolFields>();
  return (
    <Card>
      <CardHeader>
        <CardTitle>Implementation</CardTitle>
        <CardDescription>
          An address is called with the arguments as JSON; method, headers, time and retries are for
          addresses alone.
        </CardDescription>
      </CardHeader>
      <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-6">
        <TextField
          {...{ control }}
          name="implementation"
          label="Address or handler"
          description="https://… or internal:<name>: internal:echo, internal:time, internal:usage_summary."
          mono
          placeholder="https://api.example.com/search"
          autoComplete="off"
          className="sm:col-span-6"
        />
        <SelectField
          {...{ control }}
          name="method"
          label="Method"
          options={methods}
          className="sm:col-span-2"
        />
        <NumberField
          {...{ control }}
          name="timeout_ms"
          label="Time limit"
          suffix="ms"
          placeholder="30000"
          min={1}
          className="sm:col-span-2"
        />
        <NumberField
          {...{ control }}
          name="retries"
          label="Retries"
          placeholder="0"
          min={0}
          max={5}
          className="sm:col-span-2"
        />
        <div className="sm:col-span-6">
          <KeyValueField
            {...{ control }}
            name="headers"
            label="Headers"
            description="Sent with each call. Their values are shown only to those who may change the tool."
          />
        </div>
      </CardContent>
    </Card>
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
