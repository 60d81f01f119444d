"use client";

import { useFormContext } from "react-hook-form";
import type { z } from "zod";
import { NumberField } from "#components/forms/number-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import type { termsForm } from "./offer-form-schema.ts";

/** Price, quota and expiry of an offer. */
export function TermFields() {
  const { control } = useFormContext<z.input<typeof termsForm>>();
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <NumberField {...{ control }} name="price" label="Price per call" min={0} step={0.0001} />
      <TextField
        {...{ control }}
        name="expires_on"
        type="date"
        label="Last day"
        description="UTC. Empty: until it is revoked."
      />
      <NumberField
        {...{ control }}
        name="max_calls_per_day"
        label="Calls a day"
        min={1}
        description="Empty: any number."
      />
      <NumberField
        {...{ control }}
        name="max_calls"
        label="Calls in all"
        min={1}
        description="Empty: any number."
      />
    </div>
  );
}
