"use client";

import { Plus, X } from "lucide-react";
import { useFieldArray, useFormContext, useWatch } from "react-hook-form";
import { NumberField } from "#components/forms/number-field.tsx";
import { SelectField } from "#components/forms/select-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { TextareaField } from "#components/forms/textarea-field.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import type { AiFormValues } from "./ai-form.ts";

const modes = [
  { value: "prompt", label: "One prompt" },
  { value: "messages", label: "A conversation" },
];

const roles = [
  { value: "user", label: "User" },
  { value: "assistant", label: "Assistant" },
];

const numbers = [
  {
    name: "ai.temperature",
    label: "Temperature",
    placeholder: "its own",
    min: 0,
    max: 2,
    step: 0.1,
  },
  { name: "ai.max_tokens", label: "Longest answer", suffix: "tokens", placeholder: "4096", min: 1 },
  { name: "ai.timeout_ms", label: "Time limit", suffix: "ms", placeholder: "60000", min: 1 },
  { name: "ai.retries", label: "Retries", placeholder: "2", min: 0, max: 5 },
] as const;

type Values = { ai: AiFormValues };

function ConversationFields() {
  const { control } = useFormContext<Values>();
  const { fields, append, remove } = useFieldArray({ control, name: "ai.messages" });
  return (
    <div className="flex flex-col gap-4">
      {fields.map((row, at) => (
        <fieldset key={row.id} className="flex min-w-0 flex-col gap-3 rounded-md border p-4">
          <legend className="sr-only">Message {at + 1}</legend>
          <div className="flex items-end justify-between gap-3">
            <SelectField
              {...{ control }}
              name={`ai.messages.${at}.role`}
              label="Role"
              options={roles}
              className="min-w-24 max-w-40 flex-1"
            />
            <Button
              variant="ghost"
              size="icon"
              aria-label={`Remove message ${at + 1}`}
              disabled={fields.length === 1}
              onClick={() => remove(at)}
            >
              <X aria-hidden />
            </Button>
          </div>
          <TextareaField {...{ control }} name={`ai.messages.${at}.content`} label="Text" />
        </fieldset>
      ))}
      <Button
        variant="outline"
        size="sm"
        className="self-start"
        disabled={fields.length >= 50}
        onClick={() => append({ role: "user", content: "" })}
      >
        <Plus aria-hidden /> Add message
      </Button>
    </div>
  );
}

/** The model, and what it is asked. */
export function AiFields() {
  const { control } = useFormContext<Values>();
  const mode = useWatch({ control, name: "ai.mode" });
  return (
    <>
      <Card>
        <CardHeader>
          <CardTitle>Prompt</CardTitle>
          <CardDescription>
            Liquid templates, whose variables are the arguments. With an output schema the model is
            asked for JSON, and its answer is checked.
          </CardDescription>
        </CardHeader>
        <CardContent className="flex flex-col gap-5">
          <div className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2">
            <TextField
              {...{ control }}
              name="ai.model"
              label="Model"
              description="A model or alias, or provider/model."
              mono
              placeholder="openai/gpt-5-mini"
              autoComplete="off"
            />
            <SelectField {...{ control }} name="ai.mode" label="What it is asked" options={modes} />
          </div>
          <TextareaField
            {...{ control }}
            name="ai.system"
            label="System"
            description="Optional: what the model is to be."
          />
          {mode === "prompt" ? (
            <TextareaField {...{ control }} name="ai.prompt" label="Prompt" />
          ) : (
            <ConversationFields />
          )}
        </CardContent>
      </Card>
      <Card>
        <CardHeader>
          <CardTitle>Answer</CardTitle>
        </CardHeader>
        <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2 lg:grid-cols-4">
          {numbers.map((number) => (
            <NumberField key={number.name} {...{ control }} {...number} />
          ))}
        </CardContent>
      </Card>
    </>
  );
}
