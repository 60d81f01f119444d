"use client";

import { Plus } from "lucide-react";
import { useState } from "react";
import { useWatch } from "react-hook-form";
import type { z } from "zod";
import { CheckboxGroupField } from "#components/forms/checkbox-group-field.tsx";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { DialogActions, FormDialog } from "#components/forms/form-dialog.tsx";
import { SelectField } from "#components/forms/select-field.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { SwitchField } from "#components/forms/switch-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { Button } from "#components/ui/button.tsx";
import { DialogDescription, DialogHeader, DialogTitle } from "#components/ui/dialog.tsx";
import type { CreateKeyInput, NewApiKey } from "#lib/auth/schema.ts";
import { toFailure } from "#lib/client/api-error.ts";
import { createKey, type KeyOwner } from "#lib/client/keys.ts";
import { useChange } from "#lib/client/use-change.ts";
import { type TenantPermission, tenantPermissions } from "#lib/core/permissions.ts";
import { keyForm, lifetimes, newKeyValues, toKeyInput } from "./key-form-schema.ts";
import { NewSecret } from "./new-secret.tsx";

type NewKeyDialogProps = {
  owner: KeyOwner;
  /** What the person may give; all of a tenant's scopes unless said. */
  grantable?: readonly TenantPermission[];
  /** Hears of the key that was made, while its text is known. */
  onCreated?: (made: NewApiKey) => void;
};

/** The button and the dialog that makes a key, of a tenant or of the platform, and shows it once. */
export function NewKeyDialog(props: NewKeyDialogProps) {
  return (
    <FormDialog
      trigger={
        <Button size="sm">
          <Plus aria-hidden /> New key
        </Button>
      }
    >
      {(onDone) => <NewKey {...props} onDone={onDone} />}
    </FormDialog>
  );
}

function NewKey({
  owner,
  grantable = tenantPermissions,
  onCreated,
  onDone,
}: NewKeyDialogProps & { onDone: () => void }) {
  const [made, setMade] = useState<NewApiKey | null>(null);
  const mayGiveAll = grantable.length === tenantPermissions.length;
  const form = useZodForm(
    keyForm,
    mayGiveAll ? newKeyValues : { ...newKeyValues, all: false, scopes: [...grantable] },
  );
  const { control } = form;
  const all = useWatch({ control, name: "all" });
  const create = useChange((input: CreateKeyInput) => createKey(owner, input));
  const platform = owner.tenantId === undefined;

  async function submit(values: z.output<typeof keyForm>): Promise<FormFailure | undefined> {
    try {
      const kind = platform ? "platform" : "tenant";
      const key = await create.mutateAsync(toKeyInput(values, kind, Date.now()));
      setMade(key);
      onCreated?.(key);
      return undefined;
    } catch (error) {
      return toFailure(error);
    }
  }

  if (made) {
    return <NewSecret title={`${made.name} is created`} secret={made.key} onDone={onDone} />;
  }
  return (
    <>
      <DialogHeader>
        <DialogTitle>{platform ? "New platform key" : "New key"}</DialogTitle>
        <DialogDescription>
          {platform
            ? "It acts for every tenant and may create and delete them. Give it to automation alone."
            : "It acts for this tenant alone."}
        </DialogDescription>
      </DialogHeader>
      <Form form={form} onSubmit={submit}>
        <TextField
          {...{ control }}
          name="name"
          label="Name"
          placeholder="ci pipeline"
          autoComplete="off"
        />
        {mayGiveAll && (
          <SwitchField
            {...{ control }}
            name="all"
            label="Everything"
            description="Also what later versions add."
          />
        )}
        {!all && (
          <CheckboxGroupField
            {...{ control }}
            name="scopes"
            label="Scopes"
            options={grantable.map((scope) => ({ value: scope, label: scope }))}
          />
        )}
        <div className="grid items-start gap-5 sm:grid-cols-2">
          <SelectField
            {...{ control }}
            name="lifetime"
            label="Expires"
            options={lifetimes.map(({ value, label }) => ({ value, label }))}
          />
          <TextField
            {...{ control }}
            name="agent_id"
            label="Agent id"
            description="Optional: whom its calls are metered for."
            mono
            autoComplete="off"
          />
        </div>
        <DialogActions>
          <SubmitButton>Create key</SubmitButton>
        </DialogActions>
      </Form>
    </>
  );
}
