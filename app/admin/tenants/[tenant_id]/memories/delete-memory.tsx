"use client";

import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { DeleteButton, useDeletion } from "#components/forms/deletion.tsx";
import type { DialogState } from "#components/forms/form-dialog.tsx";
import { deleteMemory } from "#lib/client/memory.ts";
import type { Memory } from "#lib/memory/schema.ts";

type Deletable = Pick<Memory, "tenant_id" | "agent_id">;

function useMemoryDeletion(memory: Deletable) {
  return useDeletion(
    {
      title: "Delete memory",
      description: `${memory.agent_id} forgets everything in it, for good.`,
      done: `The memory of ${memory.agent_id} is deleted`,
    },
    () => deleteMemory(memory.tenant_id, memory.agent_id),
  );
}

/** Asks before a memory of a list is deleted. */
export function DeleteMemoryDialog({ memory, ...dialog }: DialogState & { memory: Deletable }) {
  return <ConfirmDeleteDialog {...useMemoryDeletion(memory)} {...dialog} />;
}

/** The button on a memory's own page. */
export function DeleteMemoryButton({ memory }: { memory: Deletable }) {
  const list = `/admin/tenants/${memory.tenant_id}/memories`;
  return <DeleteButton deletion={useMemoryDeletion(memory)} list={list} />;
}
