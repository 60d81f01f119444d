"use client";

import { useFormContext, useWatch } from "react-hook-form";
import { SelectField } from "#components/forms/select-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { SecretField } from "#components/secrets/secret-field.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import type { ToolFields } from "../tool-form-schema.ts";
import { authTypes } from "./http-auth-form.ts";

const places = [
  { value: "header", label: "A header" },
  { value: "query", label: "The query" },
];

const clientAuths = [
  { value: "basic", label: "In a header (Basic)" },
  { value: "post", label: "In the form" },
];

/** How the endpoint is told who calls. */
export function HttpAuthCard() {
  const { control } = useFormContext<ToolFields>();
  const type = useWatch({ control, name: "http.auth.type" });
  return (
    <Card>
      <CardHeader>
        <CardTitle>Authentication</CardTitle>
        <CardDescription>
          The credential is one of the tenant's secrets, and is named here: it never stands in the
          tool.
        </CardDescription>
      </CardHeader>
      <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-6">
        <SelectField
          {...{ control }}
          name="http.auth.type"
          label="Type"
          options={[...authTypes]}
          className="sm:col-span-3"
        />
        {type !== "none" && (
          <SecretField
            {...{ control }}
            name="http.auth.secret"
            label={type === "basic" ? "Secret with the password" : "Secret"}
            className="sm:col-span-3"
          />
        )}
        {type === "basic" && <Plain name="username" label="User" />}
        {type === "api_key" && (
          <>
            <SelectField
              {...{ control }}
              name="http.auth.in"
              label="Sent in"
              options={places}
              className="sm:col-span-3"
            />
            <Plain name="name" label="Name of it" />
          </>
        )}
        {type === "oauth2_client_credentials" && (
          <>
            <Plain name="token_url" label="Token address" />
            <Plain name="client_id" label="Client id" />
            <Plain name="scope" label="Scopes" description="Separated by spaces; may be empty." />
            <Plain name="audience" label="Audience" description="Where the server asks for one." />
            <SelectField
              {...{ control }}
              name="http.auth.client_auth"
              label="The client names itself"
              options={clientAuths}
              className="sm:col-span-3"
            />
          </>
        )}
      </CardContent>
    </Card>
  );
}

type PlainProps = {
  name: "username" | "name" | "token_url" | "client_id" | "scope" | "audience";
  label: string;
  description?: string;
};

function Plain({ name, label, description }: PlainProps) {
  const { control } = useFormContext<ToolFields>();
  return (
    <TextField
      {...{ control, label }}
      {...(description === undefined ? {} : { description })}
      name={`http.auth.${name}`}
      mono
      autoComplete="off"
      className="sm:col-span-3"
    />
  );
}
