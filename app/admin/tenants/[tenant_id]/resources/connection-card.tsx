"use client";

import { useFormContext, useWatch } from "react-hook-form";
import { NumberField } from "#components/forms/number-field.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { cn } from "#components/ui/cn.ts";
import { driverKindOf } from "#lib/resources/drivers/kind.ts";
import { connectionFields } from "./connections/connection-fields.tsx";
import { connectionForms } from "./connections/connection-forms.ts";
import type { ResourceFormValues } from "./resource-form-schema.ts";

/** How a resource is reached that can be worked with; for others, what would make it one. */
export function ConnectionCard() {
  const { control } = useFormContext<ResourceFormValues>();
  const [type, uri] = useWatch({ control, name: ["type", "uri"] });
  const kind = driverKindOf({ type, uri });
  const Fields = kind === null ? null : connectionFields[kind];
  return (
    <Card>
      <CardHeader className={cn(!Fields && "pb-4 sm:pb-5")}>
        <CardTitle>Connection</CardTitle>
        <CardDescription>
          {kind === null
            ? "For what can be worked with: a database at postgres://, a file at file:/// or s3://, an api at https://."
            : connectionForms[kind].about}
        </CardDescription>
      </CardHeader>
      {Fields && (
        <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2">
          <Fields />
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
      )}
    </Card>
  );
}
