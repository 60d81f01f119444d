"use client";

import { Share2 } from "lucide-react";
import { toast } from "sonner";
import { z } from "zod";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { DialogActions, FormDialog } from "#components/forms/form-dialog.tsx";
import { SelectField } from "#components/forms/select-field.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { Button } from "#components/ui/button.tsx";
import { DialogDescription, DialogHeader, DialogTitle } from "#components/ui/dialog.tsx";
import { grantee, type granteeTypes } from "#lib/auth/grantee-schema.ts";
import { toFailure } from "#lib/client/api-error.ts";
import { changeMemoryGrant } from "#lib/client/memory.ts";
import { useChange } from "#lib/client/use-change.ts";
import { agentId } from "#lib/memory/schema.ts";
import { grantedNamespace } from "#lib/memory/sharing/schema.ts";

const types = [
  { value: "agent", label: "Agent" },
  { value: "key", label: "API key, by its id" },
  { value: "role", label: "Role of members" },
  { value: "member", label: "Member, by their id" },
  { value: "app", label: "Connected app, by its id" },
] satisfies { value: (typeof granteeTypes)[number]; label: string }[];

const accesses = [
  { value: "read", label: "Read" },
  { value: "write", label: "Read and write" },
];

const shareForm = z.object({
  agent_id: agentId,
  namespace: grantedNamespace,
  grantee,
  access: z.enum(["read", "write"]),
});

/** The button and the dialog that shares a namespace of an agent's memory. */
export function ShareButton({ tenantId }: { tenantId: string }) {
  return (
    <FormDialog
      trigger={
        <Button size="sm">
          <Share2 aria-hidden /> Share memory
        </Button>
      }
    >
      {(onDone) => <Share tenantId={tenantId} onDone={onDone} />}
    </FormDialog>
  );
}

function Share({ tenantId, onDone }: { tenantId: string; onDone: () => void }) {
  const form = useZodForm(shareForm, {
    ...{ agent_id: "", namespace: "", access: "read" as const },
    grantee: { type: "agent" as const, id: "" },
  });
  const { control } = form;
  const share = useChange((input: z.output<typeof shareForm>) =>
    changeMemoryGrant(
      { tenantId, agentId: input.agent_id, namespace: input.namespace },
      ...([input.grantee, input.access] as const),
    ),
  );

  async function submit(input: z.output<typeof shareForm>): Promise<FormFailure | undefined> {
    try {
      await share.mutateAsync(input);
    } catch (error) {
      return toFailure(error);
    }
    toast.success(`Memory of ${input.agent_id} is shared with ${input.grantee.id}`);
    onDone();
    return undefined;
  }

  return (
    <>
      <DialogHeader>
        <DialogTitle>Share memory</DialogTitle>
        <DialogDescription>
          It holds from the next call on, until it is taken back.
        </DialogDescription>
      </DialogHeader>
      <Form form={form} onSubmit={submit}>
        <TextField
          {...{ control }}
          name="agent_id"
          label="Memory of the agent"
          placeholder="agent_ventas"
          autoComplete="off"
          mono
        />
        <TextField
          {...{ control }}
          name="namespace"
          label="Namespace"
          placeholder="preferences"
          description="* is every namespace, and the agent's context document."
          autoComplete="off"
          mono
        />
        <SelectField {...{ control }} name="grantee.type" label="Shared with" options={types} />
        <TextField
          {...{ control }}
          name="grantee.id"
          label="Id"
          placeholder="agent_soporte"
          autoComplete="off"
          mono
        />
        <SelectField {...{ control }} name="access" label="May" options={accesses} />
        <DialogActions>
          <SubmitButton>Share memory</SubmitButton>
        </DialogActions>
      </Form>
    </>
  );
}
