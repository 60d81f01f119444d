"use client";

import { History, Pencil } from "lucide-react";
import { RowMenu } from "#components/data-table/row-menu.tsx";
import type { Prompt } from "#lib/prompts/schema.ts";
import { DeletePromptDialog } from "./delete-prompt.tsx";
import { promptHref } from "./prompt-href.ts";

type PromptActionsProps = { prompt: Pick<Prompt, "tenant_id" | "name"> };

export function PromptActions({ prompt }: PromptActionsProps) {
  const href = promptHref(prompt);
  return (
    <RowMenu
      of={prompt.name}
      links={[
        { href: `${href}/edit`, label: "Edit", icon: Pencil },
        { href: `${href}/versions`, label: "Versions", icon: History },
      ]}
    >
      {(dialog) => <DeletePromptDialog prompt={prompt} {...dialog} />}
    </RowMenu>
  );
}
