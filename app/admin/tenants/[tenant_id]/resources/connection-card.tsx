"use client";

import { useFormContext, useWatch } from "react-hook-form";
import { JsonField } from "#components/forms/json-field.tsx";
import { NumberField } from "#components/forms/number-field.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { driverKindOf } from "#lib/resources/drivers/kind.ts";
import type { ResourceFormValues } from "./resource-form-schema.ts";

const about = {
  database:
    "read_login and write_login (user, password_secret), statement_timeout_ms, max_rows. Passwords are secrets by name.",
  bucket:
    "endpoint, region, path_style, access_key_id_secret, secret_access_key_secret. Keys are secrets by name.",
  folder: "A folder of this server needs none.",
  api: "auth (bearer, basic or header, by secret), allow (methods and paths), deployment, timeout_ms.",
};

const examples = {
  database: '{"read_login": {"user": "reader", "password_secret": "CRM_PASSWORD"}}',
  bucket: '{"region": "eu-west-1", "access_key_id_secret": "S3_ID", …}',
  folder: "{}",
  api: '{"auth": {"type": "bearer", "secret": "API_TOKEN"}, "allow": [{"path": "/orders/*"}]}',
};

/** How a resource is reached that can be worked with; for others, what would make it one. */
export function ConnectionCard() {
  const { control } = useFormContext<ResourceFormValues>();
  const [type, uri] = useWatch({ control, name: ["type", "uri"] });
  const kind = driverKindOf({ type, uri });
  return (
    <Card>
      <CardHeader>
        <CardTitle>Connection</CardTitle>
        <CardDescription>
          {kind === null
            ? "For what can be worked with: a database at postgres://, a file at file:/// or s3://, an api at https://."
            : about[kind]}
        </CardDescription>
      </CardHeader>
      <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2">
        <JsonField
          {...{ control }}
          name="connection"
          label="Connection"
          placeholder={kind === null ? "{}" : examples[kind]}
          className="sm:col-span-2"
        />
        <NumberField
          {...{ control }}
          name="health_check_minutes"
          label="Health check every"
          description="5 to 1440; empty: only when somebody asks."
          suffix="minutes"
          min={5}
          max={1440}
        />
      </CardContent>
    </Card>
  );
}
