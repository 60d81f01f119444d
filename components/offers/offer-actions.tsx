"use client";

import { Ban, Pencil } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { RowActions } from "#components/data-table/row-actions.tsx";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { useDeletion } from "#components/forms/deletion.tsx";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { DialogActions, FormDialog } from "#components/forms/form-dialog.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { DialogDescription, DialogHeader, DialogTitle } from "#components/ui/dialog.tsx";
import { DropdownMenuItem, DropdownMenuSeparator } from "#components/ui/dropdown-menu.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { changeOffer, revokeOffer } from "#lib/client/offers.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { ChangeOfferInput, Offer } from "#lib/offers/schema.ts";
import { termsForm, toTermValues } from "./offer-form-schema.ts";
import { TermFields } from "./term-fields.tsx";

type OfferActionsProps = { tenantId: string; offer: Offer };

/** What the offering side does with an offer that stands. */
export function OfferActions({ tenantId, offer }: OfferActionsProps) {
  const [asking, setAsking] = useState<"change" | "revoke" | null>(null);
  const deletion = useDeletion(
    {
      title: "Revoke offer",
      description: `"${offer.to}" cannot use ${offer.object_id} any more, from its next call on.`,
      done: "The offer is revoked",
    },
    () => revokeOffer(tenantId, offer.offer_id),
  );
  if (offer.state !== "offered" && offer.state !== "accepted") return null;
  return (
    <>
      <RowActions of={`${offer.object_id} to ${offer.to}`}>
        <DropdownMenuItem onSelect={() => setAsking("change")}>
          <Pencil aria-hidden /> Change terms
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuItem destructive onSelect={() => setAsking("revoke")}>
          <Ban aria-hidden /> Revoke
        </DropdownMenuItem>
      </RowActions>
      <FormDialog
        open={asking === "change"}
        onOpenChange={(open) => setAsking(open ? "change" : null)}
      >
        {(onDone) => <ChangeTerms {...{ tenantId, offer, onDone }} />}
      </FormDialog>
      <ConfirmDeleteDialog
        {...deletion}
        failedTitle="Not revoked"
        open={asking === "revoke"}
        onOpenChange={(open) => setAsking(open ? "revoke" : null)}
      />
    </>
  );
}

function ChangeTerms({ tenantId, offer, onDone }: OfferActionsProps & { onDone: () => void }) {
  const form = useZodForm(termsForm, toTermValues(offer));
  const save = useChange((input: ChangeOfferInput) => changeOffer(tenantId, offer.offer_id, input));
  async function submit(input: ChangeOfferInput): Promise<FormFailure | undefined> {
    try {
      await save.mutateAsync(input);
    } catch (error) {
      return toFailure(error);
    }
    toast.success("The terms are changed");
    onDone();
    return undefined;
  }
  return (
    <>
      <DialogHeader>
        <DialogTitle>Terms of {offer.object_id}</DialogTitle>
        <DialogDescription>
          What is better for "{offer.to}" holds at once. What is worse stops its calls until it has
          accepted the new terms.
        </DialogDescription>
      </DialogHeader>
      <Form form={form} onSubmit={submit}>
        <TermFields />
        <DialogActions>
          <SubmitButton>Save terms</SubmitButton>
        </DialogActions>
      </Form>
    </>
  );
}
