"use client";

import { Hourglass } from "lucide-react";
import { toast } from "sonner";
import { z } from "zod";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { DialogActions, FormDialog } from "#components/forms/form-dialog.tsx";
import { NumberField } from "#components/forms/number-field.tsx";
import { SelectField } from "#components/forms/select-field.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { Button } from "#components/ui/button.tsx";
import { DialogDescription, DialogHeader, DialogTitle } from "#components/ui/dialog.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { putNamespace } from "#lib/client/memory.ts";
import { useChange } from "#lib/client/use-change.ts";
import { namespace } from "#lib/memory/items/schema.ts";
import { type Unit, units } from "./lifetimes.ts";

const lifetimeForm = z.object({
  namespace,
  amount: z
    .number({ error: "must be a whole number" })
    .int("must be a whole number")
    .min(1, "must be at least 1")
    .max(36_500, "must be at most 36500")
    .nullable()
    .refine((amount) => amount !== null, "is required"),
  unit: z.enum(Object.keys(units) as Unit[]),
});

/** The button and the dialog that says how long a namespace is kept. */
export function LifetimeButton({ tenantId }: { tenantId: string }) {
  return (
    <FormDialog
      className="max-w-md"
      trigger={
        <Button variant="outline" size="sm">
          <Hourglass aria-hidden /> Set a life
        </Button>
      }
    >
      {(onDone) => <Lifetime tenantId={tenantId} onDone={onDone} />}
    </FormDialog>
  );
}

function Lifetime({ tenantId, onDone }: { tenantId: string; onDone: () => void }) {
  const form = useZodForm(lifetimeForm, { namespace: "", amount: 30, unit: "days" as const });
  const { control } = form;
  const set = useChange(({ namespace: name, amount, unit }: z.output<typeof lifetimeForm>) =>
    putNamespace(tenantId, name, (amount ?? 0) * units[unit]),
  );

  async function submit(input: z.output<typeof lifetimeForm>): Promise<FormFailure | undefined> {
    try {
      await set.mutateAsync(input);
    } catch (error) {
      return toFailure(error);
    }
    toast.success(`${input.namespace} is kept for ${input.amount} ${input.unit}`);
    onDone();
    return undefined;
  }

  return (
    <>
      <DialogHeader>
        <DialogTitle>Life of a namespace</DialogTitle>
        <DialogDescription>
          Memories that are older already are gone with the next read.
        </DialogDescription>
      </DialogHeader>
      <Form form={form} onSubmit={submit}>
        <TextField
          {...{ control }}
          name="namespace"
          label="Namespace"
          placeholder="scratch"
          autoComplete="off"
          mono
        />
        <div className="grid grid-cols-2 gap-4">
          <NumberField {...{ control }} name="amount" label="Kept for" min={1} />
          <SelectField
            {...{ control }}
            name="unit"
            label="Unit"
            options={Object.keys(units).map((value) => ({ value, label: value }))}
          />
        </div>
        <DialogActions>
          <SubmitButton>Set the life</SubmitButton>
        </DialogActions>
      </Form>
    </>
  );
}
