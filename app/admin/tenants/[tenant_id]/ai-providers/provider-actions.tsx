"use client";

import { Pencil, Stethoscope, Trash2 } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { toast } from "sonner";
import { RowActions } from "#components/data-table/row-actions.tsx";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { DropdownMenuItem, DropdownMenuSeparator } from "#components/ui/dropdown-menu.tsx";
import { deleteAiProvider, testAiProvider } from "#lib/client/ai-providers.ts";
import { toFailure } from "#lib/client/api-error.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { AiProvider } from "#lib/providers/entry-schema.ts";
import { providerHref } from "./provider-href.ts";

type ProviderActionsProps = { provider: Pick<AiProvider, "tenant_id" | "name" | "problem"> };

export function ProviderActions({ provider }: ProviderActionsProps) {
  const { tenant_id, name, problem } = provider;
  const [asking, setAsking] = useState(false);
  const remove = useChange(() => deleteAiProvider(tenant_id, name));

  async function test() {
    const asked = testAiProvider(tenant_id, name).then(({ ok, error, models, duration_ms }) => {
      if (!ok) throw new Error(error ?? `${name} does not answer`);
      return `${name} took the key and listed ${models.length} models in ${duration_ms} ms`;
    });
    toast.promise(asked, {
      loading: `Asking ${name}…`,
      success: (text) => text,
      error: (error: unknown) => toFailure(error).detail,
    });
  }

  async function confirm() {
    try {
      await remove.mutateAsync(undefined);
    } catch (error) {
      return toFailure(error);
    }
    toast.success(`${name} is deleted`);
    return undefined;
  }

  return (
    <>
      <RowActions of={name}>
        {problem === null && (
          <DropdownMenuItem onSelect={() => void test()}>
            <Stethoscope aria-hidden /> Test connection
          </DropdownMenuItem>
        )}
        <DropdownMenuItem asChild>
          <Link href={`${providerHref(provider)}/edit`}>
            <Pencil aria-hidden /> Edit
          </Link>
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuItem destructive onSelect={() => setAsking(true)}>
          <Trash2 aria-hidden /> Delete
        </DropdownMenuItem>
      </RowActions>
      <ConfirmDeleteDialog
        title="Delete AI provider"
        description="Tools that ask its models fail from the next call on."
        confirmText={name}
        onConfirm={confirm}
        open={asking}
        onOpenChange={setAsking}
      />
    </>
  );
}
