"use client";

import { useWatch } from "react-hook-form";
import { Form, useZodForm } from "#components/forms/form.tsx";
import { KeyValueField } from "#components/forms/key-value-field.tsx";
import { NumberField } from "#components/forms/number-field.tsx";
import { SelectField } from "#components/forms/select-field.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { SwitchField } from "#components/forms/switch-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { useSave } from "#components/forms/use-save.ts";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { putUpstream, upstreamExists } from "#lib/client/upstreams.ts";
import type { Upstream } from "#lib/upstreams/schema.ts";
import {
  accountScopes,
  authTypes,
  newToolPolicies,
  toUpstreamValues,
  type UpstreamSubmit,
  upstreamForm,
} from "./upstream-form-schema.ts";
import { upstreamHref } from "./upstream-href.ts";

type UpstreamFormProps = {
  tenantId: string;
  /** The one that is edited; left out for a new one. */
  upstream?: Upstream;
};

/** Registers an upstream, or edits the one that is there. */
export function UpstreamForm({ tenantId, upstream }: UpstreamFormProps) {
  const form = useZodForm(upstreamForm(upstream), toUpstreamValues(upstream));
  const { control } = form;
  const type = useWatch({ control, name: "auth_type" });
  const isCommand = upstream?.transport.type === "stdio";
  const save = useSave({
    taken: upstream
      ? null
      : {
          pointer: "/upstream_id",
          message: "is another upstream's id",
          exists: ({ id }: UpstreamSubmit) => upstreamExists(tenantId, id),
        },
    call: ({ id, input }: UpstreamSubmit) => putUpstream(tenantId, id, input),
    href: upstreamHref,
    told: ({ name }) => `${name} is ${upstream ? "saved" : "added"}`,
  });

  return (
    <Form form={form} onSubmit={save}>
      <Card>
        <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2">
          <TextField
            {...{ control }}
            name="upstream_id"
            label="Upstream id"
            description="Part of its address; never changes."
            placeholder="github"
            mono
            autoComplete="off"
            readOnly={upstream !== undefined}
          />
          <TextField {...{ control }} name="name" label="Name" autoComplete="off" />
          <TextField
            {...{ control }}
            name="url"
            label="Address"
            description={
              isCommand
                ? "It runs a command, which is changed over the API."
                : "Of its MCP endpoint (Streamable HTTP)."
            }
            placeholder="https://mcp.example.com/mcp"
            mono
            autoComplete="off"
            readOnly={isCommand}
            className="sm:col-span-2"
          />
          <TextField
            {...{ control }}
            name="prefix"
            label="Prefix"
            description="What the names of its tools and prompts begin with here; empty: the id."
            mono
            autoComplete="off"
          />
          <NumberField
            {...{ control }}
            name="timeout_ms"
            label="Time limit"
            description="The longest silence of a call."
            suffix="ms"
            placeholder="60000"
            min={1000}
            max={600000}
          />
        </CardContent>
      </Card>
      <Card>
        <CardHeader>
          <CardTitle>Authentication</CardTitle>
          <CardDescription>Credentials are the tenant's secrets, named here.</CardDescription>
        </CardHeader>
        <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2">
          <SelectField {...{ control }} name="auth_type" label="Type" options={[...authTypes]} />
          {type === "bearer" && (
            <TextField
              {...{ control }}
              name="secret"
              label="Secret"
              placeholder="UPSTREAM_TOKEN"
              mono
              autoComplete="off"
            />
          )}
          {type === "headers" && (
            <div className="sm:col-span-2">
              <KeyValueField
                {...{ control }}
                name="headers"
                label="Headers"
                description="{{secret:NAME}} stands for a secret."
              />
            </div>
          )}
          {type === "oauth" && (
            <>
              <SelectField
                {...{ control }}
                name="scope"
                label="Account"
                options={[...accountScopes]}
              />
              <TextField
                {...{ control }}
                name="client_id"
                label="Client id"
                description="Empty: the client registers itself."
                mono
                autoComplete="off"
              />
              <TextField
                {...{ control }}
                name="client_secret"
                label="Secret with the client secret"
                mono
                autoComplete="off"
              />
              <TextField
                {...{ control }}
                name="scopes"
                label="Scopes"
                description="Separated by spaces; empty: what the server names."
                mono
                autoComplete="off"
              />
            </>
          )}
        </CardContent>
      </Card>
      <Card>
        <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2">
          <SwitchField
            {...{ control }}
            name="enabled"
            label="Enabled"
            description="Switched off, its tools say so and its lists are left out."
          />
          <SelectField
            {...{ control }}
            name="new_tools"
            label="New tools"
            description="What is done with tools that it offers for the first time; changed ones are always held."
            options={[...newToolPolicies]}
          />
          <SwitchField
            {...{ control }}
            name="expose_resources"
            label="Show its resources"
            description="To the tenant's MCP clients, beside the tenant's own."
          />
          <SwitchField
            {...{ control }}
            name="expose_prompts"
            label="Show its prompts"
            description="Under the prefix."
          />
        </CardContent>
      </Card>
      <SubmitButton className="self-end max-sm:self-stretch">
        {upstream ? "Save upstream" : "Add upstream"}
      </SubmitButton>
    </Form>
  );
}
