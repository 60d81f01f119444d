"use client";

import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { DeleteButton, useDeletion } from "#components/forms/deletion.tsx";
import type { DialogState } from "#components/forms/form-dialog.tsx";
import { deletePrompt } from "#lib/client/prompts.ts";
import type { Prompt } from "#lib/prompts/schema.ts";

type Deletable = Pick<Prompt, "tenant_id" | "name">;

function usePromptDeletion(prompt: Deletable) {
  return useDeletion(
    {
      title: "Delete prompt",
      description: `Clients lose ${prompt.name} at once, and all of its versions are gone with it.`,
      done: `${prompt.name} is deleted`,
    },
    () => deletePrompt(prompt.tenant_id, prompt.name),
  );
}

/** Asks before a prompt of a list is deleted. */
export function DeletePromptDialog({ prompt, ...dialog }: DialogState & { prompt: Deletable }) {
  return <ConfirmDeleteDialog {...usePromptDeletion(prompt)} {...dialog} />;
}

/** The button on a prompt's own page. */
export function DeletePromptButton({ prompt }: { prompt: Deletable }) {
  const list = `/admin/tenants/${prompt.tenant_id}/prompts`;
  return <DeleteButton deletion={usePromptDeletion(prompt)} list={list} />;
}
