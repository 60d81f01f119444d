"use client";

import { ArrowDown, ArrowUp, Plus, X } from "lucide-react";
import { type Control, useFieldArray } from "react-hook-form";
import { SelectField } from "#components/forms/select-field.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { ContentFields } from "./content-fields.tsx";
import {
  emptyMessage,
  type PromptFormOutput,
  type PromptFormValues,
} from "./prompt-form-schema.ts";

const roles = [
  { value: "user", label: "User" },
  { value: "assistant", label: "Assistant" },
];

const kinds = [
  { value: "text", label: "Text" },
  { value: "image", label: "Image" },
  { value: "audio", label: "Audio" },
  { value: "resource", label: "Embedded resource", description: "Its text or data goes along." },
  { value: "resource_link", label: "Resource link", description: "The client reads it itself." },
];

type MessageFieldsProps = { control: Control<PromptFormValues, unknown, PromptFormOutput> };

/** The messages of the prompt that is edited, in the order that clients get them. */
export function MessageFields({ control }: MessageFieldsProps) {
  const { fields, append, remove, move } = useFieldArray({ control, name: "messages" });
  return (
    <Card>
      <CardHeader>
        <CardTitle>Messages</CardTitle>
        <CardDescription>The conversation that a client's model starts from.</CardDescription>
      </CardHeader>
      <CardContent className="flex flex-col gap-4">
        {fields.map((row, at) => (
          <fieldset
            key={row.id}
            className="flex min-w-0 flex-col gap-4 rounded-md border px-4 py-4"
          >
            <legend className="sr-only">Message {at + 1}</legend>
            <div className="flex flex-wrap items-end gap-3">
              <SelectField
                {...{ control }}
                name={`messages.${at}.role`}
                label="Role"
                options={roles}
                className="min-w-24 max-w-32 flex-1"
              />
              <SelectField
                {...{ control }}
                name={`messages.${at}.kind`}
                label="Content"
                options={kinds}
                className="min-w-32 max-w-48 flex-1"
              />
              <div className="ml-auto flex">
                <Button
                  variant="ghost"
                  size="icon"
                  aria-label={`Move message ${at + 1} up`}
                  disabled={at === 0}
                  onClick={() => move(at, at - 1)}
                >
                  <ArrowUp aria-hidden />
                </Button>
                <Button
                  variant="ghost"
                  size="icon"
                  aria-label={`Move message ${at + 1} down`}
                  disabled={at === fields.length - 1}
                  onClick={() => move(at, at + 1)}
                >
                  <ArrowDown aria-hidden />
                </Button>
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
            </div>
            <ContentFields {...{ control, at }} />
          </fieldset>
        ))}
        <Button
          variant="outline"
          size="sm"
          className="self-start"
          disabled={fields.length >= 100}
          onClick={() => append(emptyMessage)}
        >
          <Plus aria-hidden /> Add message
        </Button>
      </CardContent>
    </Card>
  );
}
