"use client";

import { useFormContext } from "react-hook-form";
import { NumberField } from "#components/forms/number-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { SecretField } from "#components/secrets/secret-field.tsx";
import type { ResourceFormValues } from "../resource-form-schema.ts";

const logins = [
  { name: "read_login", who: "Reader", absent: "Empty: the user in the address." },
  { name: "write_login", who: "Writer", absent: "Empty: the user in the address." },
] as const;

export function DatabaseFields() {
  const { control } = useFormContext<ResourceFormValues>();
  return (
    <>
      {logins.map(({ name, who, absent }) => (
        <div key={name} className="contents">
          <TextField
            {...{ control }}
            name={`connection.database.${name}.user`}
            label={`${who}: user`}
            description={absent}
            mono
            autoComplete="off"
          />
          <SecretField
            {...{ control }}
            name={`connection.database.${name}.password_secret`}
            label={`${who}: secret with the password`}
          />
        </div>
      ))}
      <NumberField
        {...{ control }}
        name="connection.database.statement_timeout_ms"
        label="Time limit of a statement"
        description="At most 60000."
        suffix="ms"
        placeholder="10000"
        min={1}
        max={60_000}
      />
      <NumberField
        {...{ control }}
        name="connection.database.max_rows"
        label="Rows in one answer"
        description="At most 10000, and 1 MiB; a cursor brings the others."
        suffix="rows"
        placeholder="1000"
        min={1}
        max={10_000}
      />
    </>
  );
}
