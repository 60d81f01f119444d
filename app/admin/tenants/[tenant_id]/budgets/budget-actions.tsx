"use client";

import { Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { RowActions } from "#components/data-table/row-actions.tsx";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { useDeletion } from "#components/forms/deletion.tsx";
import { DropdownMenuItem, DropdownMenuSeparator } from "#components/ui/dropdown-menu.tsx";
import type { Budget } from "#lib/budgets/schema.ts";
import { deleteBudget } from "#lib/client/budgets.ts";
import { BudgetDialog } from "./budget-dialog.tsx";

type BudgetActionsProps = { tenantId: string; budget: Budget; of: string };

/** Changes and deletes a budget. */
export function BudgetActions({ tenantId, budget, of }: BudgetActionsProps) {
  const [asking, setAsking] = useState<"edit" | "delete" | null>(null);
  const openFor = (what: "edit" | "delete") => (open: boolean) => setAsking(open ? what : null);
  const deletion = useDeletion(
    {
      title: "Delete budget",
      description: `Nothing holds calls to it any more, and what it counted is gone. A new one starts at nought.`,
      done: "The budget is deleted",
    },
    () => deleteBudget(tenantId, budget.budget_id),
  );
  return (
    <>
      <RowActions of={of}>
        <DropdownMenuItem onSelect={() => setAsking("edit")}>
          <Pencil aria-hidden /> Change
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuItem destructive onSelect={() => setAsking("delete")}>
          <Trash2 aria-hidden /> Delete
        </DropdownMenuItem>
      </RowActions>
      <BudgetDialog
        {...{ tenantId, budget }}
        keys={[]}
        open={asking === "edit"}
        onOpenChange={openFor("edit")}
      />
      <ConfirmDeleteDialog
        {...deletion}
        open={asking === "delete"}
        onOpenChange={openFor("delete")}
      />
    </>
  );
}
