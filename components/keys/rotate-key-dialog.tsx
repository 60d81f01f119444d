"use client";

import { useState } from "react";
import { z } from "zod";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { DialogActions, type DialogState, FormDialog } from "#components/forms/form-dialog.tsx";
import { SelectField } from "#components/forms/select-field.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { DialogDescription, DialogHeader, DialogTitle } from "#components/ui/dialog.tsx";
import type { ApiKey, NewApiKey } from "#lib/auth/schema.ts";
import { toFailure } from "#lib/client/api-error.ts";
import { type KeyOwner, rotateKey } from "#lib/client/keys.ts";
import { useChange } from "#lib/client/use-change.ts";
import { NewSecret } from "./new-secret.tsx";

const overlaps = [
  { value: "0", label: "Not at all" },
  { value: "3600", label: "An hour" },
  { value: "86400", label: "A day" },
  { value: "604800", label: "A week" },
  { value: "2592000", label: "30 days" },
];

const schema = z.object({ overlap: z.string() });

type RotateKeyProps = { apiKey: Pick<ApiKey, "key_id" | "name">; owner: KeyOwner };

/** Makes a key in the place of another, which keeps working for a while. */
export function RotateKeyDialog({ open, onOpenChange, ...rest }: RotateKeyProps & DialogState) {
  return (
    <FormDialog open={open} onOpenChange={onOpenChange}>
      {(onDone) => <RotateKey {...rest} onDone={onDone} />}
    </FormDialog>
  );
}

function RotateKey({ apiKey, owner, onDone }: RotateKeyProps & { onDone: () => void }) {
  const [made, setMade] = useState<NewApiKey | null>(null);
  const form = useZodForm(schema, { overlap: "86400" });
  const rotate = useChange((overlap: number) => rotateKey(owner, apiKey.key_id, overlap));

  async function submit({ overlap }: z.output<typeof schema>): Promise<FormFailure | undefined> {
    try {
      setMade(await rotate.mutateAsync(Number(overlap)));
      return undefined;
    } catch (error) {
      return toFailure(error);
    }
  }

  if (made) {
    return <NewSecret title={`${made.name} is rotated`} secret={made.key} onDone={onDone} />;
  }
  return (
    <>
      <DialogHeader>
        <DialogTitle>Rotate {apiKey.name}</DialogTitle>
        <DialogDescription>
          A new key of the same name, scopes and expiry takes its place.
        </DialogDescription>
      </DialogHeader>
      <Form form={form} onSubmit={submit}>
        <SelectField
          control={form.control}
          name="overlap"
          label="The old key keeps working for"
          options={overlaps}
        />
        <DialogActions>
          <SubmitButton>Rotate key</SubmitButton>
        </DialogActions>
      </Form>
    </>
  );
}
