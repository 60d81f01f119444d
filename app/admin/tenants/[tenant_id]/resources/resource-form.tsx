"use client";

import { AdvancedCard } from "#components/forms/advanced-card.tsx";
import { Form, useZodForm } from "#components/forms/form.tsx";
import { JsonField } from "#components/forms/json-field.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { TextareaField } from "#components/forms/textarea-field.tsx";
import { useSave } from "#components/forms/use-save.ts";
import { Card, CardContent } from "#components/ui/card.tsx";
import { putContent, registerResource, resourceExists } from "#lib/client/resources.ts";
import type { Resource } from "#lib/resources/schema.ts";
import { ConnectionCard } from "./connection-card.tsx";
import { ContentCard } from "./content-card.tsx";
import { type ResourceSubmit, resourceForm, toResourceValues } from "./resource-form-schema.ts";
import { resourceHref } from "./resource-href.ts";

type ResourceFormProps = {
  tenantId: string;
  /** The resource that is edited; left out for a new one. */
  resource?: Resource;
  /** The text that is kept with it; null for other bytes, large ones and none. */
  text?: string | null;
};

/** Registers a resource, or edits the one that is there. */
export function ResourceForm({ tenantId, resource, text = null }: ResourceFormProps) {
  const form = useZodForm(resourceForm, toResourceValues(resource, text));
  const { control } = form;
  const save = useSave({
    taken: resource
      ? null
      : {
          pointer: "/resource_id",
          message: "is another resource's id",
          exists: ({ input }: ResourceSubmit) => resourceExists(tenantId, input.resource_id),
        },
    async call({ input, file }: ResourceSubmit) {
      const saved = await registerResource(tenantId, input);
      if (file) await putContent(tenantId, saved.resource_id, file);
      return saved;
    },
    href: resourceHref,
    told: ({ name }) => `${name} is ${resource ? "saved" : "registered"}`,
  });

  return (
    <Form form={form} onSubmit={save}>
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
            className="sm:col-span-2"
          />
          <TextField {...{ control }} name="name" label="Name" autoComplete="off" />
          <TextField
            {...{ control }}
            name="title"
            label="Title"
            description="What people read in its place; empty: the name."
            autoComplete="off"
          />
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
            description="A URI or path; with variables, as in orders://{id}, a template. A password in it is sealed."
            mono
            placeholder="postgres://user:password@db.example/crm"
            autoComplete="off"
            className="sm:col-span-2"
          />
          <TextareaField
            {...{ control }}
            name="description"
            label="Description"
            className="sm:col-span-2"
          />
        </CardContent>
      </Card>
      <ConnectionCard />
      <ContentCard kept={resource !== undefined && resource.size !== null} />
      <AdvancedCard
        title="Advanced"
        description="Metadata, icons, and what agents are told of its use."
        names={["metadata", "icons", "annotations"]}
      >
        <JsonField
          {...{ control }}
          name="metadata"
          label="Metadata"
          description='Keys of one&apos;s own; "completions" names values of a template&apos;s variables.'
          className="sm:col-span-2"
        />
        <JsonField
          {...{ control }}
          name="icons"
          label="Icons"
          description='A list such as [{"src": "https://…"}].'
          placeholder="[]"
        />
        <JsonField
          {...{ control }}
          name="annotations"
          label="Annotations"
          description="audience (user, assistant), priority (0 to 1), lastModified."
        />
      </AdvancedCard>
      <SubmitButton className="self-end max-sm:self-stretch">
        {resource ? "Save resource" : "Register resource"}
      </SubmitButton>
    </Form>
  );
}
