"use client";

import { Plus } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { CheckboxGroupField } from "#components/forms/checkbox-group-field.tsx";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { NumberField } from "#components/forms/number-field.tsx";
import { SelectField } from "#components/forms/select-field.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { Button } from "#components/ui/button.tsx";
import {
  Dialog,
  DialogClose,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
  DialogTrigger,
} from "#components/ui/dialog.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { addGrant, putGrant } from "#lib/client/resource-access.ts";
import { useChange } from "#lib/client/use-change.ts";
import {
  type GrantInput,
  knownPermissions,
  type ResourceGrant,
} from "#lib/resources/access/schema.ts";
import { grantForm, grantValues, lifetimes } from "./grant-form.ts";
import type { SubjectOptions } from "./load-subjects.ts";
import { SubjectFields } from "./subject-fields.tsx";

type GrantDialogProps = {
  tenantId: string;
  resourceId: string;
  /** What the resource offers; more can be granted, in vain. */
  ceiling: readonly string[];
  subjects: SubjectOptions;
  /** The grant that is edited; left out for a new one. */
  grant?: ResourceGrant;
};

/** The button and the dialog that grants something. */
export function AddGrant(props: GrantDialogProps) {
  const [open, setOpen] = useState(false);
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button size="sm">
          <Plus aria-hidden /> Add grant
        </Button>
      </DialogTrigger>
      <DialogContent>
        <GrantEditor {...props} onDone={() => setOpen(false)} />
      </DialogContent>
    </Dialog>
  );
}

// Apart from the dialog, so that each opening starts anew.
export function GrantEditor({
  tenantId,
  resourceId,
  ceiling,
  subjects,
  grant,
  onDone,
}: GrantDialogProps & { onDone: () => void }) {
  const form = useZodForm(grantForm(subjects, grant), grantValues(subjects, grant));
  const { control } = form;
  const save = useChange((input: GrantInput) =>
    grant
      ? putGrant(tenantId, resourceId, grant.grant_id, input)
      : addGrant(tenantId, resourceId, input),
  );

  async function submit(input: GrantInput): Promise<FormFailure | undefined> {
    try {
      await save.mutateAsync(input);
      toast.success("The grant is saved", { description: "It holds from now on, everywhere." });
      onDone();
      return undefined;
    } catch (error) {
      const { detail } = toFailure(error);
      return { detail };
    }
  }

  return (
    <>
      <DialogHeader>
        <DialogTitle>{grant ? "Edit grant" : "Add grant"}</DialogTitle>
        <DialogDescription>
          Of several grants a use has to fit one whole: none lends another its tables or rows.
        </DialogDescription>
      </DialogHeader>
      <Form form={form} onSubmit={submit}>
        <SubjectFields {...{ control }} options={subjects} label="Grant to" />
        <CheckboxGroupField
          {...{ control }}
          name="permissions"
          label="Permissions"
          options={knownPermissions.map((word) => ({
            value: word,
            label: word,
            ...(ceiling.includes(word) ? {} : { description: "Not offered by the resource" }),
          }))}
        />
        <TextField
          {...{ control }}
          name="own"
          label="Words of your own"
          description="With commas between; your tools check them."
          mono
          autoComplete="off"
        />
        <details
          className="rounded-md border px-3 py-2.5 [&[open]>summary]:mb-4"
          open={grant !== undefined && Object.keys(grant.conditions).length > 0}
        >
          <summary className="cursor-pointer font-medium text-[0.8125rem]">Conditions</summary>
          <div className="grid items-start gap-5 sm:grid-cols-2">
            <TextField
              {...{ control }}
              name="path_prefix"
              label="Path"
              description="This path and what lies below it."
              placeholder="reports/2026"
              mono
              autoComplete="off"
            />
            <NumberField {...{ control }} name="max_rows" label="Rows at most" min={1} />
            <TextField
              {...{ control }}
              name="tables"
              label="Tables"
              description="Nothing but these."
              placeholder="public.orders, public.items"
              mono
              autoComplete="off"
            />
            <TextField
              {...{ control }}
              name="columns_hidden"
              label="Hidden columns"
              placeholder="users.ssn, password"
              mono
              autoComplete="off"
            />
          </div>
        </details>
        <SelectField
          {...{ control }}
          name="lifetime"
          label="Expires"
          options={[
            ...(grant?.expires_at ? [{ value: "keep", label: "When it does now" }] : []),
            ...lifetimes.map(({ value, label }) => ({ value, label })),
          ]}
        />
        <DialogFooter>
          <DialogClose asChild>
            <Button variant="outline">Cancel</Button>
          </DialogClose>
          <SubmitButton>Save grant</SubmitButton>
        </DialogFooter>
      </Form>
    </>
  );
}
