"use client";

import { useFormContext, useWatch } from "react-hook-form";
import { FileField } from "#components/forms/file-field.tsx";
import { SelectField } from "#components/forms/select-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { TextareaField } from "#components/forms/textarea-field.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import type { ResourceFormValues } from "./resource-form-schema.ts";

const choices = [
  { value: "none", label: "Nothing" },
  { value: "text", label: "A text" },
  { value: "file", label: "A file" },
];

type ContentCardProps = {
  /** Something is kept already, and may stay. */
  kept: boolean;
};

/** What a read of the resource gives. */
export function ContentCard({ kept }: ContentCardProps) {
  const { control } = useFormContext<ResourceFormValues>();
  const content = useWatch({ control, name: "content" });
  return (
    <Card>
      <CardHeader>
        <CardTitle>Content</CardTitle>
        <CardDescription>
          What a read gives: what is kept here, else what its source answers, else what is said of
          it on this page.
        </CardDescription>
      </CardHeader>
      <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2">
        <SelectField
          {...{ control }}
          name="content"
          label="Kept here"
          options={kept ? [{ value: "keep", label: "What is kept now" }, ...choices] : choices}
        />
        <TextField
          {...{ control }}
          name="mime_type"
          label="Media type"
          description={
            content === "file" ? "Empty: as the file says." : "Such as text/markdown or image/png."
          }
          mono
          autoComplete="off"
        />
        {content === "text" && (
          <TextareaField {...{ control }} name="text" label="Text" className="sm:col-span-2" />
        )}
        {content === "file" && (
          <FileField {...{ control }} name="file" label="File" className="sm:col-span-2" />
        )}
        <TextField
          {...{ control }}
          name="source"
          label="Source"
          description="An http(s) address that is fetched at each read, with the variables of the URI. Passwords are sealed."
          mono
          placeholder="https://api.example.com/orders/{id}"
          autoComplete="off"
          className="sm:col-span-2"
        />
      </CardContent>
    </Card>
  );
}
