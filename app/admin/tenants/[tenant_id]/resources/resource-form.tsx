"use client";

import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { JsonField } from "#components/forms/json-field.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { TextareaField } from "#components/forms/textarea-field.tsx";
import { Card, CardContent } from "#components/ui/card.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { registerResource, resourceExists } from "#lib/client/resources.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { RegisterResourceInput, Resource } from "#lib/resources/schema.ts";
import { resourceForm, toResourceValues } from "./resource-form-schema.ts";
import { resourceHref } from "./resource-href.ts";

type ResourceFormProps = {
  tenantId: string;
  /** The resource that is edited; left out for a new one. */
  resource?: Resource;
};

const taken: FormFailure = {
  detail: "Nothing was saved.",
  errors: [{ pointer: "/resource_id", message: "is another resource's id" }],
};

/** Registers a resource, or edits the one that is there. */
export function ResourceForm({ tenantId, resource }: ResourceFormProps) {
  const router = useRouter();
  const form = useZodForm(resourceForm, toResourceValues(resource));
  const { control } = form;
  const save = useChange((input: RegisterResourceInput) => registerResource(tenantId, input));

  async function submit(input: RegisterResourceInput): Promise<FormFailure | undefined> {
    try {
      // The API would replace the resource that is there.
      if (!resource && (await resourceExists(tenantId, input.resource_id))) return taken;
      const saved = await save.mutateAsync(input);
      router.push(resourceHref(saved));
      toast.success(`${saved.name} is ${resource ? "saved" : "registered"}`);
      return undefined;
    } catch (error) {
      return toFailure(error);
    }
  }

  return (
    <Form form={form} onSubmit={submit}>
      <Card>
        <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2">
          <TextField
            {...{ control }}
            name="resource_id"
            label="Resource id"
            description="Part of its address; never changes."
            mono
            autoComplete="off"
            readOnly={resource !== undefined}
          />
          <TextField {...{ control }} name="name" label="Name" autoComplete="off" />
          <TextField
            {...{ control }}
            name="type"
            label="Type"
            description="database, file, api, or a word of your own."
            placeholder="database"
            autoComplete="off"
          />
          <TextField
            {...{ control }}
            name="access_permissions"
            label="Permissions"
            description="Words with commas between: read, write, admin, deploy, delete, audit."
            mono
            autoComplete="off"
          />
          <TextField
            {...{ control }}
            name="uri"
            label="Address"
            description="A URI or path. A password in it is kept sealed and shown as [secret]."
            mono
            placeholder="postgres://user:password@db.example/crm"
            autoComplete="off"
            className="sm:col-span-2"
          />
          <TextareaField {...{ control }} name="description" label="Description" />
          <JsonField {...{ control }} name="metadata" label="Metadata" />
        </CardContent>
      </Card>
      <SubmitButton className="self-end max-sm:self-stretch">
        {resource ? "Save resource" : "Register resource"}
      </SubmitButton>
    </Form>
  );
}
