"use client";

import { Plus } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import type { SelectOption } from "#components/ui/select.tsx";
import { BudgetDialog } from "./budget-dialog.tsx";

type NewBudgetProps = { tenantId: string; keys: readonly SelectOption[] };

/** The button that opens the dialog for a new budget. */
export function NewBudget(props: NewBudgetProps) {
  return (
    <BudgetDialog
      {...props}
      trigger={
        <Button size="sm">
          <Plus aria-hidden /> New budget
        </Button>
      }
    />
  );
}
