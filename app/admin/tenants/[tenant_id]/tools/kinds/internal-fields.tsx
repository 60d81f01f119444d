"use client";

import { useFormContext } from "react-hook-form";
import { TextField } from "#components/forms/text-field.tsx";
import { Card, CardContent } from "#components/ui/card.tsx";
import type { ToolFields } from "../tool-form-schema.ts";

/** Which of the platform's handlers the tool runs. */
export function InternalFields() {
  const { control } = useFormContext<ToolFields>();
  return (
    <Card>
      <CardContent>
        <TextField
          {...{ control }}
          name="internal.handler"
          label="Handler"
          description="echo, time or usage_summary."
          mono
          placeholder="echo"
          autoComplete="off"
        />
      </CardContent>
    </Card>
  );
}
