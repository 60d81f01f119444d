"use client";

import { Eraser } from "lucide-react";
import { useState } from "react";
import { z } from "zod";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { DialogActions, FormDialog } from "#components/forms/form-dialog.tsx";
import { SelectField } from "#components/forms/select-field.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { Button } from "#components/ui/button.tsx";
import { DialogDescription, DialogHeader, DialogTitle } from "#components/ui/dialog.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { eraseMemory } from "#lib/client/memory.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { Certificate, EraseInput } from "#lib/memory/erasure-schema.ts";
import { ErasureCertificate } from "./erasure-certificate.tsx";

const scopes = [
  { value: "agent", label: "All of an agent's memory" },
  { value: "subject", label: "All that is about a person" },
];

const eraseForm = z
  .object({
    scope: z.enum(["agent", "subject"]),
    id: z.string().min(1, "is required").max(200, "must have at most 200 characters"),
    confirm: z.string(),
    reference: z.string().trim().max(200, "must have at most 200 characters"),
  })
  .refine(({ id, confirm }) => id === confirm, {
    path: ["confirm"],
    message: "Type the same id again.",
  })
  .transform(
    ({ scope, id, reference }): EraseInput => ({
      ...(scope === "agent" ? { agent_id: id } : { subject_id: id }),
      ...(reference === "" ? {} : { reference }),
    }),
  );

/** The button and the dialog that erases, and then shows the certificate. */
export function EraseMemoryButton({ tenantId }: { tenantId: string }) {
  return (
    <FormDialog
      trigger={
        <Button variant="destructive" size="sm">
          <Eraser aria-hidden /> Erase memory
        </Button>
      }
    >
      {(onDone) => <Erase tenantId={tenantId} onDone={onDone} />}
    </FormDialog>
  );
}

function Erase({ tenantId, onDone }: { tenantId: string; onDone: () => void }) {
  const [shown, setShown] = useState<Certificate | null>(null);
  const empty = { scope: "agent" as const, id: "", confirm: "", reference: "" };
  const form = useZodForm(eraseForm, empty);
  const { control } = form;
  const erase = useChange((input: EraseInput) => eraseMemory(tenantId, input));

  async function submit(input: EraseInput): Promise<FormFailure | undefined> {
    try {
      setShown(await erase.mutateAsync(input));
      return undefined;
    } catch (error) {
      return toFailure(error);
    }
  }

  if (shown) return <ErasureCertificate certificate={shown} onDone={onDone} />;
  return (
    <>
      <DialogHeader>
        <DialogTitle>Erase memory</DialogTitle>
        <DialogDescription>
          It goes for good, with versions and trash, and cannot be brought back.
        </DialogDescription>
      </DialogHeader>
      <Form form={form} onSubmit={submit}>
        <SelectField {...{ control }} name="scope" label="What goes" options={scopes} />
        <TextField
          {...{ control }}
          name="id"
          label="Id of the agent or person"
          autoComplete="off"
          mono
        />
        <TextField
          {...{ control }}
          name="confirm"
          label="The same id, to confirm"
          autoComplete="off"
          mono
        />
        <TextField
          {...{ control }}
          name="reference"
          label="Reference"
          description="The request's number, for the certificate; no personal data."
          autoComplete="off"
        />
        <DialogActions>
          <SubmitButton variant="destructive">Erase for good</SubmitButton>
        </DialogActions>
      </Form>
    </>
  );
}
