"use client";

import { useFormContext, useWatch } from "react-hook-form";
import { JsonField } from "#components/forms/json-field.tsx";
import { KeyValueField } from "#components/forms/key-value-field.tsx";
import { NumberField } from "#components/forms/number-field.tsx";
import { SelectField } from "#components/forms/select-field.tsx";
import { SwitchField } from "#components/forms/switch-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { TextareaField } from "#components/forms/textarea-field.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { Code } from "#components/ui/code.tsx";
import type { ToolFields } from "../tool-form-schema.ts";
import { HttpAuthCard } from "./http-auth-fields.tsx";
import { bodyModes, readings } from "./http-form.ts";

const methods = ["POST", "GET", "PUT", "PATCH", "DELETE", "HEAD"].map((method) => ({
  value: method,
  label: method,
}));

/** How the tool's address is called, and what of its answer is the result. */
export function HttpFields() {
  return (
    <>
      <RequestCard />
      <HttpAuthCard />
      <AnswerCard />
    </>
  );
}

function RequestCard() {
  const { control } = useFormContext<ToolFields>();
  const mode = useWatch({ control, name: "http.body_mode" });
  return (
    <Card>
      <CardHeader>
        <CardTitle>Request</CardTitle>
        <CardDescription>
          Without more, the address is called with the arguments as JSON. Elsewhere{" "}
          <Code>{"{{name}}"}</Code> stands for an argument and <Code>{"{{secret:NAME}}"}</Code> for
          a secret.
        </CardDescription>
      </CardHeader>
      <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-6">
        <SelectField
          {...{ control }}
          name="http.method"
          label="Method"
          options={methods}
          className="sm:col-span-2"
        />
        <TextField
          {...{ control }}
          name="http.url"
          label="Address"
          mono
          placeholder="https://api.example.com/items/{id}"
          description="In its path and query, {name} stands for an argument."
          autoComplete="off"
          className="sm:col-span-4"
        />
        <NumberField
          {...{ control }}
          name="http.timeout_ms"
          label="Time limit"
          suffix="ms"
          placeholder="30000"
          min={1}
          className="sm:col-span-2"
        />
        <NumberField
          {...{ control }}
          name="http.retries"
          label="Retries"
          placeholder="0"
          min={0}
          max={5}
          className="sm:col-span-2"
        />
        <div className="sm:col-span-6">
          <KeyValueField
            {...{ control }}
            name="http.query"
            label="Query"
            description="Added to the address; one whose argument is absent is left out."
          />
        </div>
        <div className="sm:col-span-6">
          <KeyValueField
            {...{ control }}
            name="http.headers"
            label="Headers"
            description="Sent with each call. Their values are shown only to those who may change the tool."
          />
        </div>
        <SelectField
          {...{ control }}
          name="http.body_mode"
          label="Body"
          options={[...bodyModes]}
          className="sm:col-span-3"
        />
        {mode === "text" && (
          <TextareaField
            {...{ control }}
            name="http.body"
            label="Text"
            description="Sent as it is, filled in."
            className="sm:col-span-6"
          />
        )}
        {(mode === "json" || mode === "form") && (
          <JsonField
            {...{ control }}
            name="http.body"
            label="JSON"
            description="A value that is {{name}} alone is the argument as it is; an absent one is left out."
            className="sm:col-span-6"
          />
        )}
      </CardContent>
    </Card>
  );
}

function AnswerCard() {
  const { control } = useFormContext<ToolFields>();
  return (
    <Card>
      <CardHeader>
        <CardTitle>Answer</CardTitle>
        <CardDescription>What of the endpoint's answer is the tool's result.</CardDescription>
      </CardHeader>
      <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-6">
        <TextField
          {...{ control }}
          name="http.select"
          label="Select"
          mono
          placeholder="data.items[].name"
          description="JMESPath into a JSON answer; empty: all of it. Server-sent events are a list of {event, id, data}, JSON lines a list of their values."
          autoComplete="off"
          className="sm:col-span-6"
        />
        <SelectField
          {...{ control }}
          name="http.read_as"
          label="Read it"
          options={[...readings]}
          className="sm:col-span-3"
        />
        <NumberField
          {...{ control }}
          name="http.max_bytes"
          label="Largest answer"
          suffix="bytes"
          placeholder="5242880"
          min={1}
          className="sm:col-span-3"
        />
        <SwitchField
          {...{ control }}
          name="http.stream"
          label="Streams"
          description="Events, lines or text are told to the client as they arrive."
          className="sm:col-span-6"
        />
      </CardContent>
    </Card>
  );
}
