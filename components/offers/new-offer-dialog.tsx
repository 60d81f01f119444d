"use client";

import { Plus } from "lucide-react";
import { useWatch } from "react-hook-form";
import { toast } from "sonner";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { DialogActions, FormDialog } from "#components/forms/form-dialog.tsx";
import { SelectField } from "#components/forms/select-field.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { SwitchField } from "#components/forms/switch-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { Button } from "#components/ui/button.tsx";
import { DialogDescription, DialogHeader, DialogTitle } from "#components/ui/dialog.tsx";
import type { SelectOption } from "#components/ui/select.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { createOffers } from "#lib/client/offers.ts";
import { useChange } from "#lib/client/use-change.ts";
import { type CreateOfferInput, offerKinds } from "#lib/offers/schema.ts";
import { newOfferForm, newOfferValues } from "./offer-form-schema.ts";
import { kindWords } from "./offer-words.tsx";
import { TermFields } from "./term-fields.tsx";

/** What a tenant can offer, by kind. */
export type Offerable = Record<(typeof offerKinds)[number], readonly SelectOption[]>;

type NewOfferProps = { tenantId: string; offerable: Offerable };

/** The button and the dialog that makes offers. */
export function NewOfferDialog(props: NewOfferProps) {
  return (
    <FormDialog
      trigger={
        <Button size="sm">
          <Plus aria-hidden /> New offer
        </Button>
      }
    >
      {(onDone) => <NewOffer {...props} onDone={onDone} />}
    </FormDialog>
  );
}

function NewOffer({ tenantId, offerable, onDone }: NewOfferProps & { onDone: () => void }) {
  const form = useZodForm(newOfferForm, newOfferValues);
  const { control } = form;
  const kind = useWatch({ control, name: "kind" });
  const create = useChange((input: CreateOfferInput) => createOffers(tenantId, input));
  const options = offerable[kind];

  async function submit(input: CreateOfferInput): Promise<FormFailure | undefined> {
    try {
      await create.mutateAsync(input);
    } catch (error) {
      return toFailure(error);
    }
    toast.success("The offer is made");
    onDone();
    return undefined;
  }

  return (
    <>
      <DialogHeader>
        <DialogTitle>New offer</DialogTitle>
        <DialogDescription>
          Calls run here, under this tenant's secrets and limits, once the other side has accepted.
        </DialogDescription>
      </DialogHeader>
      <Form form={form} onSubmit={submit}>
        <SelectField
          {...{ control }}
          name="kind"
          label="Kind"
          options={offerKinds.map((value) => ({ value, label: kindWords[value] }))}
        />
        <SelectField
          key={kind}
          {...{ control, options }}
          name="object"
          label="What is offered"
          disabled={options.length === 0}
          placeholder={options.length === 0 ? `No ${kind} to offer` : "Choose…"}
        />
        {kind === "memory" && (
          <SwitchField
            {...{ control }}
            name="write"
            label="Writing too"
            description="Off: the other tenant reads alone."
          />
        )}
        <TextField
          {...{ control }}
          name="to"
          label="Tenants"
          mono
          autoComplete="off"
          description="Their ids, with commas between. Whether there is such a tenant is not told."
        />
        <TermFields />
        <DialogActions>
          <SubmitButton>Make offer</SubmitButton>
        </DialogActions>
      </Form>
    </>
  );
}
