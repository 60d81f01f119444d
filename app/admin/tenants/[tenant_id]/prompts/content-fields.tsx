"use client";

import { type Control, useWatch } from "react-hook-form";
import { TextField } from "#components/forms/text-field.tsx";
import { TextareaField } from "#components/forms/textarea-field.tsx";
import { FileField } from "./file-field.tsx";
import type { PromptFormOutput, PromptFormValues } from "./prompt-form-schema.ts";

type ContentFieldsProps = {
  control: Control<PromptFormValues, unknown, PromptFormOutput>;
  /** Which message. */
  at: number;
};

/** The boxes of one message's kind of content. */
export function ContentFields({ control, at }: ContentFieldsProps) {
  const kind = useWatch({ control, name: `messages.${at}.kind` });
  const data = useWatch({ control, name: `messages.${at}.data` });
  const uri = (
    <TextField
      {...{ control }}
      name={`messages.${at}.uri`}
      label="URI"
      mono
      placeholder="docs://{{page}}"
      autoComplete="off"
    />
  );
  const mimeType = (
    <TextField
      {...{ control }}
      name={`messages.${at}.mime_type`}
      label="Media type"
      mono
      placeholder="text/markdown"
      autoComplete="off"
    />
  );
  switch (kind) {
    case "text":
      return <TextareaField {...{ control }} name={`messages.${at}.text`} label="Text" />;
    case "image":
    case "audio":
      return (
        <FileField
          {...{ control, at }}
          label={kind === "image" ? "Image" : "Audio"}
          accept={`${kind}/*`}
        />
      );
    case "resource":
      return (
        <div className="grid items-start gap-4 sm:grid-cols-2">
          {uri}
          {mimeType}
          {data === "" && (
            <TextareaField
              {...{ control }}
              name={`messages.${at}.text`}
              label="Text"
              className="sm:col-span-2"
            />
          )}
          <FileField
            {...{ control, at }}
            label="Data instead of text"
            accept="*/*"
            className="sm:col-span-2"
          />
        </div>
      );
    case "resource_link":
      return (
        <div className="grid items-start gap-4 sm:grid-cols-2">
          {uri}
          <TextField
            {...{ control }}
            name={`messages.${at}.name`}
            label="Link name"
            autoComplete="off"
          />
          {mimeType}
        </div>
      );
  }
}
