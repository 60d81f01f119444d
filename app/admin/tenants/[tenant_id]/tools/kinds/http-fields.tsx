"use client";

import { useFormContext } from "react-hook-form";
import { KeyValueField } from "#components/forms/key-value-field.tsx";
import { NumberField } from "#components/forms/number-field.tsx";
import { SelectField } from "#components/forms/select-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import type { ToolFields } from "../tool-form-schema.ts";

const methods = ["POST", "GET", "PUT", "PATCH", "DELETE", "HEAD"].map((method) => ({
  value: method,
  label: method,
}));

/** How the tool's address is called. */
export function HttpFields() {
  const { control } = useFormContext<ToolFields>();
  return (
    <Card>
      <CardHeader>
        <CardTitle>Request</CardTitle>
        <CardDescription>The address is called with the arguments as JSON.</CardDescription>
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
          placeholder="https://api.example.com/search"
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
            name="http.headers"
            label="Headers"
            description="Sent with each call. Their values are shown only to those who may change the tool."
          />
        </div>
      </CardContent>
    </Card>
  );
}
