"use client";

import { useFormContext, useWatch } from "react-hook-form";
import { JsonField } from "#components/forms/json-field.tsx";
import { KeyValueField } from "#components/forms/key-value-field.tsx";
import { NumberField } from "#components/forms/number-field.tsx";
import { SelectField } from "#components/forms/select-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { SecretField } from "#components/secrets/secret-field.tsx";
import type { ResourceFormValues } from "../resource-form-schema.ts";
import { allowModes, authTypes, deployMethods } from "./api-form.ts";

const methods = deployMethods.map((value) => ({ value, label: value }));

export function ApiFields() {
  const { control } = useFormContext<ResourceFormValues>();
  const [type, mode, path] = useWatch({
    control,
    name: [
      "connection.api.auth.type",
      "connection.api.allow_mode",
      "connection.api.deployment.path",
    ],
  });
  return (
    <>
      <SelectField
        {...{ control }}
        name="connection.api.auth.type"
        label="Authentication"
        options={[...authTypes]}
      />
      {type === "basic" && (
        <TextField
          {...{ control }}
          name="connection.api.auth.username"
          label="User"
          mono
          autoComplete="off"
        />
      )}
      {type === "header" && (
        <TextField
          {...{ control }}
          name="connection.api.auth.name"
          label="Header"
          placeholder="X-API-Key"
          mono
          autoComplete="off"
        />
      )}
      {type !== "none" && (
        <SecretField
          {...{ control }}
          name="connection.api.auth.secret"
          label={type === "basic" ? "Secret with the password" : "Secret"}
        />
      )}
      <SelectField
        {...{ control }}
        name="connection.api.allow_mode"
        label="May be asked"
        description="Below the address; grants narrow it further."
        options={[...allowModes]}
        className="sm:col-start-1"
      />
      <NumberField
        {...{ control }}
        name="connection.api.timeout_ms"
        label="Time limit of a request"
        suffix="ms"
        placeholder="30000"
        min={1}
        max={60_000}
      />
      {mode === "listed" && (
        <div className="sm:col-span-2">
          <KeyValueField
            {...{ control }}
            name="connection.api.allow"
            label="Allowed"
            description="A path below the address, with * at its end for all below it, and the methods with commas between; no methods: all of them."
            keyLabel="Path"
            valueLabel="Methods"
          />
        </div>
      )}
      <TextField
        {...{ control }}
        name="connection.api.deployment.path"
        label="Deployment: path"
        description="What the permission deploy runs; empty: there is none."
        placeholder="/deploys"
        mono
        autoComplete="off"
        className="sm:col-start-1"
      />
      {path.trim() !== "" && (
        <>
          <SelectField
            {...{ control }}
            name="connection.api.deployment.method"
            label="Deployment: method"
            options={methods}
          />
          <JsonField
            {...{ control }}
            name="connection.api.deployment.body"
            label="Deployment: body"
            description="Sent as JSON; empty: none."
            placeholder='{"ref": "main"}'
            className="sm:col-span-2"
          />
        </>
      )}
    </>
  );
}
