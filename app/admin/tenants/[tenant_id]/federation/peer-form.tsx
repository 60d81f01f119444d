"use client";

import { CheckboxGroupField } from "#components/forms/checkbox-group-field.tsx";
import { Form, useZodForm } from "#components/forms/form.tsx";
import { NumberField } from "#components/forms/number-field.tsx";
import { SelectField } from "#components/forms/select-field.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { SwitchField } from "#components/forms/switch-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { useSave } from "#components/forms/use-save.ts";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { patchPeer, peerExists, registerPeer } from "#lib/client/federation.ts";
import type { FederationPeer } from "#lib/federation/pulls/schema.ts";
import {
  kindOptions,
  type PeerSubmit,
  peerForm,
  policyOptions,
  toPeerValues,
} from "./peer-form-schema.ts";
import { peerHref } from "./peer-href.ts";

type PeerFormProps = {
  tenantId: string;
  /** The one that is edited; left out for a new one. */
  peer?: FederationPeer;
};

/** Registers a peer, or edits the one that is there. */
export function PeerForm({ tenantId, peer }: PeerFormProps) {
  const form = useZodForm(peerForm(peer === undefined), toPeerValues(peer));
  const { control } = form;
  const save = useSave({
    taken: peer
      ? null
      : {
          pointer: "/peer_id",
          message: "is another peer's id",
          exists: ({ peer_id }: PeerSubmit) => peerExists(tenantId, peer_id),
        },
    call: ({ peer_id, ...input }: PeerSubmit) =>
      peer ? patchPeer(tenantId, peer_id, input) : registerPeer(tenantId, { ...input, peer_id }),
    href: peerHref,
    told: ({ name }) => `${name} is ${peer ? "saved" : "registered"}`,
  });

  return (
    <Form form={form} onSubmit={save}>
      <Card>
        <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2">
          <TextField
            {...{ control }}
            name="peer_id"
            label="Peer id"
            description="Part of its address; never changes."
            placeholder="headquarters"
            mono
            autoComplete="off"
            readOnly={peer !== undefined}
          />
          <TextField
            {...{ control }}
            name="name"
            label="Name"
            description="Empty: its id."
            autoComplete="off"
          />
          <TextField
            {...{ control }}
            name="url"
            label="Address"
            description="Of the deployment's API. Another address needs its own token."
            placeholder="https://hq.example.com"
            mono
            autoComplete="off"
            className="sm:col-span-2"
          />
          <TextField
            {...{ control }}
            name="token"
            label="Token"
            description={
              peer?.has_token
                ? "One is stored, and is never shown. Empty: it stays."
                : "A key of the tenant there, with federation:read and what is pulled (memory:read, tools:read)."
            }
            type="password"
            mono
            autoComplete="new-password"
          />
          <TextField
            {...{ control }}
            name="remote_tenant_id"
            label="Tenant there"
            description="Empty: the one that the token belongs to."
            mono
            autoComplete="off"
          />
        </CardContent>
      </Card>
      <Card>
        <CardHeader>
          <CardTitle>What is pulled</CardTitle>
          <CardDescription>
            A conflict is an entry that both sides changed since the last pull, or that both have of
            their own.
          </CardDescription>
        </CardHeader>
        <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2">
          <CheckboxGroupField
            {...{ control }}
            name="pulls"
            label="Kinds"
            options={[...kindOptions]}
            className="sm:col-span-2"
          />
          <SelectField
            {...{ control }}
            name="memory_conflict"
            label="Memories in conflict"
            options={[...policyOptions]}
          />
          <SelectField
            {...{ control }}
            name="tools_conflict"
            label="Tools in conflict"
            description="What is taken waits for approval in any case."
            options={[...policyOptions]}
          />
        </CardContent>
      </Card>
      <Card>
        <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2">
          <NumberField
            {...{ control }}
            name="schedule_minutes"
            label="Pull every"
            description="Empty: by hand alone. At least 5 minutes; failures make it wait longer."
            suffix="minutes"
            placeholder="60"
            min={5}
            max={10080}
          />
          <SwitchField
            {...{ control }}
            name="enabled"
            label="Enabled"
            description="Switched off, nothing is pulled."
          />
        </CardContent>
      </Card>
      <SubmitButton className="self-end max-sm:self-stretch">
        {peer ? "Save peer" : "Register peer"}
      </SubmitButton>
    </Form>
  );
}
