"use client";

import { Plus, X } from "lucide-react";
import { type Control, useFieldArray } from "react-hook-form";
import { SwitchField } from "#components/forms/switch-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { TextareaField } from "#components/forms/textarea-field.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import {
  emptyArgument,
  type PromptFormOutput,
  type PromptFormValues,
} from "./prompt-form-schema.ts";

type ArgumentFieldsProps = { control: Control<PromptFormValues, unknown, PromptFormOutput> };

/** The arguments of the prompt that is edited. */
export function ArgumentFields({ control }: ArgumentFieldsProps) {
  const { fields, append, remove } = useFieldArray({ control, name: "arguments" });
  return (
    <Card>
      <CardHeader>
        <CardTitle>Arguments</CardTitle>
        <CardDescription>
          What whoever uses the prompt fills in. {"{{name}}"} in a message stands for it.
        </CardDescription>
      </CardHeader>
      <CardContent className="flex flex-col gap-4">
        {fields.map((row, at) => (
          <fieldset key={row.id} className="relative min-w-0 rounded-md border px-4 py-4">
            <legend className="sr-only">Argument {at + 1}</legend>
            <Button
              variant="ghost"
              size="icon-sm"
              aria-label={`Remove argument ${at + 1}`}
              onClick={() => remove(at)}
              className="absolute top-1.5 right-1.5"
            >
              <X aria-hidden />
            </Button>
            <div className="grid items-start gap-x-4 gap-y-4 sm:grid-cols-2">
              <TextField
                {...{ control }}
                name={`arguments.${at}.name`}
                label="Argument name"
                mono
                autoComplete="off"
              />
              <TextField
                {...{ control }}
                name={`arguments.${at}.title`}
                label="Argument title"
                autoComplete="off"
                className="sm:pr-6"
              />
              <TextField
                {...{ control }}
                name={`arguments.${at}.description`}
                label="Argument description"
                autoComplete="off"
                className="sm:col-span-2"
              />
              <TextareaField
                {...{ control }}
                name={`arguments.${at}.completions`}
                label="Values to offer"
                description="One a line; others may be given too."
              />
              <SwitchField
                {...{ control }}
                name={`arguments.${at}.required`}
                label="Required"
                description="Without it the prompt is refused."
              />
            </div>
          </fieldset>
        ))}
        <Button
          variant="outline"
          size="sm"
          className="self-start"
          disabled={fields.length >= 50}
          onClick={() => append(emptyArgument)}
        >
          <Plus aria-hidden /> Add argument
        </Button>
      </CardContent>
    </Card>
  );
}
