"use client";

import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { Button } from "#components/ui/button.tsx";
import { messageOf } from "#lib/client/api-error.ts";
import { restorePromptVersion } from "#lib/client/prompts.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { Prompt } from "#lib/prompts/schema.ts";
import { promptHref } from "../prompt-href.ts";

type MakeCurrentButtonProps = { prompt: Pick<Prompt, "tenant_id" | "name">; version: number };

/** Puts a version in use again, and leads to the prompt as it then is. */
export function MakeCurrentButton({ prompt, version }: MakeCurrentButtonProps) {
  const router = useRouter();
  const restore = useChange(() => restorePromptVersion(prompt.tenant_id, prompt.name, version));
  return (
    <Button
      variant="outline"
      size="sm"
      pending={restore.isPending}
      aria-label={`Make version ${version} current`}
      onClick={() =>
        restore.mutate(undefined, {
          onSuccess: () => {
            toast.success(`Version ${version} of ${prompt.name} is in use`);
            router.push(promptHref(prompt));
          },
          onError: (error) => toast.error(messageOf(error)),
        })
      }
    >
      Make current
    </Button>
  );
}
