"use client";

import { useWatch } from "react-hook-form";
import { toast } from "sonner";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { DialogActions, type DialogOpening, FormDialog } from "#components/forms/form-dialog.tsx";
import { SelectField } from "#components/forms/select-field.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { SwitchField } from "#components/forms/switch-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { DialogDescription, DialogHeader, DialogTitle } from "#components/ui/dialog.tsx";
import type { SelectOption } from "#components/ui/select.tsx";
import type { Budget, PutBudgetInput } from "#lib/budgets/schema.ts";
import { toFailure } from "#lib/client/api-error.ts";
import { putBudget } from "#lib/client/budgets.ts";
import { useChange } from "#lib/client/use-change.ts";
import { budgetForm, newBudgetValues, toBudgetValues } from "./budget-form-schema.ts";

type BudgetDialogProps = {
  tenantId: string;
  /** The tenant's keys, to choose from. */
  keys: readonly SelectOption[];
  /** The one to change; left out for a new one. */
  budget?: Budget;
};

/** The dialog that sets a budget, or changes the limit of one. */
export function BudgetDialog({
  tenantId,
  keys,
  budget,
  ...opening
}: BudgetDialogProps & DialogOpening) {
  const given = { tenantId, keys, ...(budget ? { budget } : {}) };
  return (
    <FormDialog {...opening}>{(onDone) => <BudgetForm {...given} onDone={onDone} />}</FormDialog>
  );
}

const scopes = [
  { value: "tenant", label: "The whole tenant" },
  { value: "key", label: "One key" },
  { value: "agent", label: "One agent" },
];

const periods = [
  { value: "day", label: "A day (UTC)" },
  { value: "month", label: "A calendar month (UTC)" },
];

function BudgetForm({
  tenantId,
  keys,
  budget,
  onDone,
}: BudgetDialogProps & { onDone: () => void }) {
  const form = useZodForm(budgetForm, budget ? toBudgetValues(budget) : newBudgetValues);
  const { control } = form;
  const scope = useWatch({ control, name: "scope" });
  const isSet = budget !== undefined;
  const save = useChange((input: PutBudgetInput) => putBudget(tenantId, input));

  async function submit(input: PutBudgetInput): Promise<FormFailure | undefined> {
    try {
      await save.mutateAsync(input);
    } catch (error) {
      return toFailure(error);
    }
    toast.success("The budget is saved");
    onDone();
    return undefined;
  }

  return (
    <>
      <DialogHeader>
        <DialogTitle>{isSet ? "Change budget" : "New budget"}</DialogTitle>
        <DialogDescription>
          A call to a model reserves the most that it can cost, and does not begin where that does
          not fit. Calls count from the moment that the budget is set.
        </DialogDescription>
      </DialogHeader>
      <Form form={form} onSubmit={submit}>
        {!isSet && (
          <div className="grid items-start gap-5 sm:grid-cols-2">
            <SelectField {...{ control }} name="scope" label="Budget for" options={scopes} />
            <SelectField {...{ control }} name="period" label="Period" options={periods} />
          </div>
        )}
        {!isSet && scope === "key" && (
          <SelectField
            {...{ control }}
            name="key"
            label="Key"
            description="It holds for the keys that replace it too."
            options={keys}
          />
        )}
        {!isSet && scope === "agent" && (
          <TextField {...{ control }} name="agent" label="Agent id" mono autoComplete="off" />
        )}
        <TextField
          {...{ control }}
          name="limit"
          label="Limit"
          description="In the currency of the prices; 0 stops every call that has a price."
          placeholder="25.00"
          autoComplete="off"
        />
        <SwitchField
          {...{ control }}
          name="allow_unpriced"
          label="Allow models without a price"
          description="Their calls count in no budget. Otherwise they are refused."
        />
        {!isSet && (
          <SwitchField
            {...{ control }}
            name="operator"
            label="Operator's ceiling"
            description="The tenant sees it, and can neither raise nor delete it."
          />
        )}
        <DialogActions>
          <SubmitButton>{isSet ? "Save budget" : "Set budget"}</SubmitButton>
        </DialogActions>
      </Form>
    </>
  );
}
