"use client";

import { OctagonX, Play } from "lucide-react";
import { toast } from "sonner";
import { z } from "zod";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { DialogActions, FormDialog } from "#components/forms/form-dialog.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Button } from "#components/ui/button.tsx";
import { DialogDescription, DialogHeader, DialogTitle } from "#components/ui/dialog.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { messageOf, toFailure } from "#lib/client/api-error.ts";
import { liftSwitch, setSwitch } from "#lib/client/governance.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { KillSwitchView } from "#lib/tools/governance/schema.ts";

/** An agent is named in the dialog. */
type Target = { scope: "tenant" } | { scope: "agent" } | { scope: "tool"; target_id: string };

type StopButtonProps = {
  tenantId: string;
  target: Target;
  /** What is stopped, in a sentence: "every tool of this tenant". */
  what: string;
};

const reason = z.string().trim().min(1, "Say why; callers are told.");
const schema = z.object({ agent: z.string(), reason });
const ofAgent = z.object({ agent: z.string().trim().min(1, "Enter the agent's id."), reason });

/** Stops something at once, after its reason was given. */
export function StopButton({ tenantId, target, what }: StopButtonProps) {
  return (
    <FormDialog
      className="max-w-md"
      trigger={
        <Button variant="outline" size="sm">
          <OctagonX aria-hidden className="text-destructive-text" /> Stop {what}
        </Button>
      }
    >
      {(onDone) => <Stop {...{ tenantId, target, what }} onDone={onDone} />}
    </FormDialog>
  );
}

function Stop({ tenantId, target, what, onDone }: StopButtonProps & { onDone: () => void }) {
  const isAgent = target.scope === "agent";
  const form = useZodForm(isAgent ? ofAgent : schema, { agent: "", reason: "" });
  const stop = useChange(({ agent, reason }: z.output<typeof schema>) =>
    setSwitch(tenantId, { ...target, ...(isAgent ? { target_id: agent } : {}), reason }),
  );

  async function submit(input: z.output<typeof schema>): Promise<FormFailure | undefined> {
    try {
      await stop.mutateAsync(input);
      toast.success(`Stopped ${isAgent ? input.agent : what}`);
      onDone();
      return undefined;
    } catch (error) {
      return toFailure(error);
    }
  }

  return (
    <>
      <DialogHeader>
        <DialogTitle>Stop {what}</DialogTitle>
        <DialogDescription>
          The next call is refused on every server within a second, with your reason. Calls that run
          already go on to their end.
        </DialogDescription>
      </DialogHeader>
      <Form form={form} onSubmit={submit}>
        {isAgent && (
          <TextField control={form.control} name="agent" label="Agent id" mono autoComplete="off" />
        )}
        <TextField control={form.control} name="reason" label="Reason" autoComplete="off" />
        <DialogActions>
          <SubmitButton variant="destructive">Stop</SubmitButton>
        </DialogActions>
      </Form>
    </>
  );
}

type StoppedNoticeProps = { tenantId: string; stopped: KillSwitchView };

/** Says what is stopped, why and by whom, and lets it run again. */
export function StoppedNotice({ tenantId, stopped }: StoppedNoticeProps) {
  const lift = useChange(() => liftSwitch(tenantId, stopped.switch_id));
  const { scope, target_id, reason, set_by, created_at } = stopped;
  const title =
    scope === "tenant"
      ? "Every tool of this tenant is stopped"
      : `The ${scope} ${target_id} is stopped`;
  return (
    <Alert tone="danger" title={title}>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <span>
          {reason} · by {set_by.type} <span className="font-mono">{set_by.id}</span>,{" "}
          <Timestamp value={created_at} />
        </span>
        <Button
          variant="outline"
          size="sm"
          pending={lift.isPending}
          onClick={() =>
            lift.mutate(undefined, { onError: (error) => toast.error(messageOf(error)) })
          }
        >
          <Play aria-hidden /> Let it run again
        </Button>
      </div>
    </Alert>
  );
}
