"use client";

import { FileJson, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { toast } from "sonner";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { DialogActions, FormDialog } from "#components/forms/form-dialog.tsx";
import { JsonField } from "#components/forms/json-field.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { Button } from "#components/ui/button.tsx";
import { DialogDescription, DialogHeader, DialogTitle } from "#components/ui/dialog.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { putPrices } from "#lib/client/prices.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { PutPricesInput } from "#lib/prices/schema.ts";
import { importForm, listExample, newPriceValues, priceForm } from "./price-form-schema.ts";

/** The buttons that add one price, or a list of them. */
export function PriceButtons() {
  return (
    <>
      <ButtonDialog icon={<FileJson aria-hidden />} label="Import list" variant="outline">
        {(onDone) => <ImportList onDone={onDone} />}
      </ButtonDialog>
      <ButtonDialog icon={<Plus aria-hidden />} label="Add price">
        {(onDone) => <AddPrice onDone={onDone} />}
      </ButtonDialog>
    </>
  );
}

type ButtonDialogProps = {
  icon: ReactNode;
  label: string;
  variant?: "outline";
  children: (onDone: () => void) => ReactNode;
};

function ButtonDialog({ icon, label, variant, children }: ButtonDialogProps) {
  const trigger = (
    <Button size="sm" {...(variant ? { variant } : {})}>
      {icon} {label}
    </Button>
  );
  return <FormDialog trigger={trigger}>{children}</FormDialog>;
}

/** Sends prices; closes and says how many were new. */
function useSend(onDone: () => void) {
  const change = useChange(putPrices);
  return async (input: PutPricesInput): Promise<FormFailure | undefined> => {
    try {
      const { added, unchanged } = await change.mutateAsync(input);
      const there = unchanged > 0 ? `, ${unchanged} stood there already` : "";
      toast.success(`${added === 1 ? "1 price is" : `${added} prices are`} added${there}`);
    } catch (error) {
      return toFailure(error);
    }
    onDone();
    return undefined;
  };
}

function AddPrice({ onDone }: { onDone: () => void }) {
  const form = useZodForm(priceForm, newPriceValues);
  const { control } = form;
  const send = useSend(onDone);
  return (
    <>
      <DialogHeader>
        <DialogTitle>Add price</DialogTitle>
        <DialogDescription>
          What a million tokens cost. It takes over from the model&apos;s price before it; calls
          that were made keep theirs.
        </DialogDescription>
      </DialogHeader>
      <Form form={form} onSubmit={send}>
        <div className="grid items-start gap-5 sm:grid-cols-2">
          <TextField
            {...{ control }}
            name="provider"
            label="Provider"
            description="openai or anthropic, or else the host of its address."
            placeholder="openai"
            mono
            autoComplete="off"
          />
          <TextField {...{ control }} name="model" label="Model" mono autoComplete="off" />
        </div>
        <div className="grid items-start gap-5 sm:grid-cols-3">
          <TextField {...{ control }} name="input" label="Input" placeholder="0.25" />
          <TextField {...{ control }} name="cached" label="Cached input" placeholder="As input" />
          <TextField {...{ control }} name="output" label="Output" placeholder="2.00" />
        </div>
        <TextField
          {...{ control }}
          name="effective_from"
          type="datetime-local"
          label="From (UTC)"
          description="Empty: from now on."
        />
        <DialogActions>
          <SubmitButton>Add price</SubmitButton>
        </DialogActions>
      </Form>
    </>
  );
}

function ImportList({ onDone }: { onDone: () => void }) {
  const form = useZodForm(importForm, { list: "" });
  const send = useSend(onDone);
  return (
    <>
      <DialogHeader>
        <DialogTitle>Import list</DialogTitle>
        <DialogDescription>
          A JSON list of prices, in micro-units a million tokens: all are added or none. Those that
          stand there already are left as they are.
        </DialogDescription>
      </DialogHeader>
      <Form form={form} onSubmit={({ list }: { list: PutPricesInput }) => send(list)}>
        <JsonField control={form.control} name="list" label="Prices" placeholder={listExample} />
        <DialogActions>
          <SubmitButton>Import prices</SubmitButton>
        </DialogActions>
      </Form>
    </>
  );
}
