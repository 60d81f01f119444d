"use client";

import { useWatch } from "react-hook-form";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { TextareaField } from "#components/forms/textarea-field.tsx";
import { useSave } from "#components/forms/use-save.ts";
import { Card, CardContent } from "#components/ui/card.tsx";
import { ApiError } from "#lib/client/api-error.ts";
import { createPrompt, putPrompt } from "#lib/client/prompts.ts";
import type { Prompt } from "#lib/prompts/schema.ts";
import { ArgumentFields } from "./argument-fields.tsx";
import { MessageFields } from "./message-fields.tsx";
import {
  type PromptFormOutput,
  promptForm,
  toPromptValues,
  toShownMessages,
} from "./prompt-form-schema.ts";
import { promptHref } from "./prompt-href.ts";
import { PromptPreview } from "./prompt-preview.tsx";

type PromptFormProps = {
  tenantId: string;
  /** The prompt that is edited; left out for a new one. */
  prompt?: Prompt;
};

const overtaken: FormFailure = {
  detail:
    "Someone else has changed this prompt since you opened it. Nothing was saved: open it again in another tab, and bring your changes there.",
};

/** Creates a prompt, or writes the next version of one. */
export function PromptForm({ tenantId, prompt }: PromptFormProps) {
  const form = useZodForm(promptForm, toPromptValues(prompt));
  const { control } = form;
  const values = useWatch({
    control,
    compute: ({ messages, arguments: args }) => ({ messages, args }),
  });
  const save = useSave({
    call: ({ name, ...document }: PromptFormOutput) =>
      prompt
        ? putPrompt(tenantId, name, { ...document, base_version: prompt.version })
        : createPrompt(tenantId, { name, ...document }),
    href: promptHref,
    told: ({ name, version }) =>
      prompt ? `${name} is saved as version ${version}` : `${name} is created`,
    failure: (error) =>
      prompt && error instanceof ApiError && error.code === "conflict" ? overtaken : null,
  });

  return (
    <div className="grid grid-cols-1 items-start gap-6 xl:grid-cols-[minmax(0,1fr)_minmax(0,26rem)]">
      <Form form={form} onSubmit={save}>
        <Card>
          <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2">
            <TextField
              {...{ control }}
              name="name"
              label="Name"
              description="What clients ask for it by: letters, digits, _, . and -. Never changes."
              mono
              autoComplete="off"
              readOnly={prompt !== undefined}
            />
            <TextField
              {...{ control }}
              name="title"
              label="Title"
              description="What people see in its place."
              autoComplete="off"
            />
            <TextareaField
              {...{ control }}
              name="description"
              label="Description"
              className="sm:col-span-2"
            />
          </CardContent>
        </Card>
        <ArgumentFields control={control} />
        <MessageFields control={control} />
        <SubmitButton className="self-end max-sm:self-stretch">
          {prompt ? "Save as a new version" : "Create prompt"}
        </SubmitButton>
      </Form>
      <div className="xl:sticky xl:top-20">
        <PromptPreview
          messages={toShownMessages(values.messages)}
          arguments={values.args.map(({ completions, ...rest }) => ({
            ...rest,
            completions: completions.split("\n").filter((line) => line.trim() !== ""),
          }))}
        />
      </div>
    </div>
  );
}
