"use client";

import { toast } from "sonner";
import { z } from "zod";
import { CheckboxGroupField } from "#components/forms/checkbox-group-field.tsx";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { registerResource } from "#lib/client/resources.ts";
import { useChange } from "#lib/client/use-change.ts";
import { knownPermissions } from "#lib/resources/access/schema.ts";
import { type Resource, registerResourceInput } from "#lib/resources/schema.ts";
import { wordsOf } from "./grant-form.ts";

const known: readonly string[] = knownPermissions;

const about: Record<(typeof knownPermissions)[number], string> = {
  read: "Look at what it holds",
  write: "Change what it holds",
  admin: "Change its structure and registration",
  deploy: "Run its deployment",
  delete: "Remove what it holds",
  audit: "See who did what",
};

const schema = z
  .object({ offered: z.array(z.string()), own: z.string() })
  .transform(({ offered, own }, context) => {
    const words = [...offered, ...wordsOf(own)];
    const issue = registerResourceInput.shape.access_permissions.safeParse(words).error?.issues[0];
    if (issue) {
      context.addIssue({ code: "custom", path: ["own"], message: `Each ${issue.message}.` });
    }
    return words;
  });

/** The ceiling: what the resource offers to anyone, whoever is granted more. */
export function CeilingForm({ resource }: { resource: Resource }) {
  const { access_permissions: words } = resource;
  const form = useZodForm(schema, {
    offered: words.length === 0 ? ["read"] : words.filter((word) => known.includes(word)),
    own: words.filter((word) => !known.includes(word)).join(", "),
  });
  const { control } = form;
  const save = useChange((access_permissions: string[]) => {
    const { tenant_id, is_template, size, sha256, created_at, updated_at, ...input } = resource;
    return registerResource(tenant_id, { ...input, access_permissions });
  });

  async function submit(input: string[]): Promise<FormFailure | undefined> {
    try {
      await save.mutateAsync(input);
      toast.success("The ceiling is saved", { description: "It holds from now on, everywhere." });
      return undefined;
    } catch (error) {
      return toFailure(error);
    }
  }

  return (
    <Form form={form} onSubmit={submit}>
      <CheckboxGroupField
        {...{ control }}
        name="offered"
        label="Offers"
        description="With nothing chosen it offers read alone."
        options={knownPermissions.map((word) => ({
          ...{ value: word, label: word, description: about[word] },
        }))}
      />
      <TextField
        {...{ control }}
        name="own"
        label="Words of your own"
        description="With commas between; your tools check them."
        placeholder="export, approve"
        mono
        autoComplete="off"
      />
      <SubmitButton variant="outline" size="sm" className="self-start">
        Save ceiling
      </SubmitButton>
    </Form>
  );
}
