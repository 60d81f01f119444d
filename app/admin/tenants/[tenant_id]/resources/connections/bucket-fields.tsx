"use client";

import { useFormContext } from "react-hook-form";
import { SwitchField } from "#components/forms/switch-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { SecretField } from "#components/secrets/secret-field.tsx";
import type { ResourceFormValues } from "../resource-form-schema.ts";

export function BucketFields() {
  const { control } = useFormContext<ResourceFormValues>();
  return (
    <>
      <TextField
        {...{ control }}
        name="connection.bucket.endpoint"
        label="Endpoint"
        description="Empty: Amazon's own, of the region."
        placeholder="https://s3.example.com"
        mono
        autoComplete="off"
      />
      <TextField
        {...{ control }}
        name="connection.bucket.region"
        label="Region"
        placeholder="us-east-1"
        mono
        autoComplete="off"
      />
      <SecretField
        {...{ control }}
        name="connection.bucket.access_key_id_secret"
        label="Secret with the access key id"
      />
      <SecretField
        {...{ control }}
        name="connection.bucket.secret_access_key_secret"
        label="Secret with the secret access key"
      />
      <SwitchField
        {...{ control }}
        name="connection.bucket.path_style"
        label="Bucket's name in the path"
        description="As most servers other than Amazon's want it."
        className="sm:col-span-2"
      />
    </>
  );
}
