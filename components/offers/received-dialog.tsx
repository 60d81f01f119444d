"use client";

import { useQuery } from "@tanstack/react-query";
import { toast } from "sonner";
import type { z } from "zod";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { FormDialog } from "#components/forms/form-dialog.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { DetailList } from "#components/shell/detail-list.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Button } from "#components/ui/button.tsx";
import {
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from "#components/ui/dialog.tsx";
import { JsonView } from "#components/ui/json-view.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { messageOf, toFailure } from "#lib/client/api-error.ts";
import {
  acceptOffer,
  declineOffer,
  readReceivedOffer,
  removeReceivedOffer,
} from "#lib/client/offers.ts";
import { useChange } from "#lib/client/use-change.ts";
import { acceptOfferInput, type ReceivedOffer, type ReceivedOfferNow } from "#lib/offers/schema.ts";
import { kindWords, OfferState, priceText, quotaText } from "./offer-words.tsx";

type ReceivedProps = { tenantId: string; offer: ReceivedOffer };

/** The button of a row: what is offered at this moment, and what can be done about it. */
export function ReceivedDialog({ tenantId, offer }: ReceivedProps) {
  const waits = offer.state === "offered" || offer.terms_changed;
  return (
    <FormDialog
      className="max-w-2xl"
      trigger={
        <Button
          variant={waits ? "outline" : "ghost"}
          size="sm"
          aria-label={`Review ${offer.name} of ${offer.from.tenant_id}`}
        >
          Review
        </Button>
      }
    >
      {(onDone) => <Received {...{ tenantId, offer, onDone }} />}
    </FormDialog>
  );
}

type OpenProps = ReceivedProps & { onDone: () => void };

function Received({ tenantId, offer, onDone }: OpenProps) {
  const { offer_id } = offer;
  const query = useQuery({
    queryKey: ["received-offer", tenantId, offer_id],
    queryFn: () => readReceivedOffer(tenantId, offer_id),
    // What is accepted is what was looked at: it must not change under the reader's eyes.
    refetchOnWindowFocus: false,
    staleTime: 0,
    gcTime: 0,
  });
  const { data, error } = query;
  return (
    <>
      <DialogHeader>
        <DialogTitle>
          {kindWords[offer.kind]} {offer.name}
        </DialogTitle>
        <DialogDescription>
          {offer.from.name} ({offer.from.tenant_id}) offers it. Its calls run there, and what it
          answers comes from there.
        </DialogDescription>
      </DialogHeader>
      {error && (
        <Alert tone="danger" title="Cannot be read">
          {messageOf(error)}
        </Alert>
      )}
      {!data && !error && <Skeleton className="h-48" />}
      {data && <Review {...{ tenantId, offer: data, onDone }} />}
    </>
  );
}

function detailsOf(offer: ReceivedOfferNow) {
  return [
    { label: "State", value: <OfferState of={offer} /> },
    { label: "Price", value: priceText(offer) },
    { label: "Calls", value: quotaText(offer) },
    {
      label: "Until",
      value: offer.expires_at ? <Timestamp value={offer.expires_at} /> : "No end",
    },
    ...(offer.kind === "memory"
      ? [{ label: "Access", value: offer.access === "write" ? "Read and write" : "Read" }]
      : []),
    ...(offer.exposed_name ? [{ label: "Name here", value: offer.exposed_name }] : []),
  ];
}

function Review({
  tenantId,
  offer,
  onDone,
}: ReceivedProps & { offer: ReceivedOfferNow } & OpenProps) {
  const stands = offer.state === "offered" || offer.state === "accepted";
  const isNew = offer.state === "offered" || offer.terms_changed || offer.changed;
  return (
    <>
      <DetailList items={detailsOf(offer)} />
      {offer.changed && offer.state === "accepted" && (
        <Alert tone="warning" title="It is described anew">
          Here it stays as it was accepted. Read what is below before accepting it again.
        </Alert>
      )}
      {stands && offer.offered_now === null && (
        <Alert tone="warning" title="It cannot be used now">
          It has expired, or the other tenant does not have it or take part any more.
        </Alert>
      )}
      <JsonView value={offer.offered_now ?? offer.definition} what="definition" />
      {stands && isNew && offer.digest !== null && (
        <Accept {...{ tenantId, offer, onDone }} digest={offer.digest} />
      )}
      <Rest {...{ tenantId, offer, onDone }} />
    </>
  );
}

const acceptForm = acceptOfferInput.pick({ prefix: true });

function Accept({ tenantId, offer, digest, onDone }: OpenProps & { digest: string }) {
  const form = useZodForm(acceptForm, { prefix: offer.prefix ?? "" });
  const accept = useChange(({ prefix }: z.output<typeof acceptForm>) =>
    acceptOffer(tenantId, offer.offer_id, { prefix, digest }),
  );
  async function submit(values: z.output<typeof acceptForm>): Promise<FormFailure | undefined> {
    try {
      const { exposed_name } = await accept.mutateAsync(values);
      toast.success(`${exposed_name} is accepted`);
    } catch (error) {
      return toFailure(error);
    }
    onDone();
    return undefined;
  }
  const join = offer.kind === "memory" ? ":" : "_";
  return (
    <Form form={form} onSubmit={submit}>
      <TextField
        control={form.control}
        name="prefix"
        label="Prefix"
        mono
        autoComplete="off"
        placeholder="acme"
        description={`Its name here: <prefix>${join}${offer.name}`}
      />
      <SubmitButton className="self-end max-sm:self-stretch">
        {offer.state === "accepted" ? "Accept again" : "Accept"}
      </SubmitButton>
    </Form>
  );
}

function Rest({ tenantId, offer, onDone }: OpenProps) {
  const run = useChange(async (what: "decline" | "block" | "remove") => {
    if (what === "remove") await removeReceivedOffer(tenantId, offer.offer_id);
    else await declineOffer(tenantId, offer.offer_id, { block: what === "block" });
  });
  const act = (what: "decline" | "block" | "remove", done: string) =>
    run.mutate(what, {
      onSuccess: () => {
        toast.success(done);
        onDone();
      },
    });
  return (
    <>
      {run.error && (
        <Alert tone="danger" title="Nothing was changed">
          {messageOf(run.error)}
        </Alert>
      )}
      <DialogFooter>
        {offer.state === "offered" ? (
          <>
            <Button
              variant="outline"
              pending={run.isPending}
              onClick={() => act("block", `No offers of ${offer.from.tenant_id} arrive any more`)}
            >
              Decline and block
            </Button>
            <Button
              variant="outline"
              pending={run.isPending}
              onClick={() => act("decline", "The offer is declined")}
            >
              Decline
            </Button>
          </>
        ) : (
          <>
            {offer.state === "revoked" && !offer.blocked && (
              <Button
                variant="outline"
                pending={run.isPending}
                onClick={() => act("block", `No offers of ${offer.from.tenant_id} arrive any more`)}
              >
                Block its tenant
              </Button>
            )}
            <Button
              variant={offer.state === "accepted" ? "destructive" : "outline"}
              pending={run.isPending}
              onClick={() =>
                act("remove", offer.state === "accepted" ? "The offer is ended" : "It is forgotten")
              }
            >
              {offer.state === "accepted" ? "End it" : "Forget it"}
            </Button>
          </>
        )}
      </DialogFooter>
    </>
  );
}
