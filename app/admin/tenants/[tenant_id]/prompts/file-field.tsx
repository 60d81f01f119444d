"use client";

import { Upload, X } from "lucide-react";
import { type ChangeEvent, useId, useRef, useState } from "react";
import { type Control, useController } from "react-hook-form";
import { FieldShell } from "#components/forms/field.tsx";
import { Button } from "#components/ui/button.tsx";
import { formatValue } from "#components/ui/format.ts";
import type { PromptFormOutput, PromptFormValues } from "./prompt-form-schema.ts";

/** Base64 adds a third, and a prompt has at most 1 MiB in all. */
const largestFile = 750_000;

type FileFieldProps = {
  control: Control<PromptFormValues, unknown, PromptFormOutput>;
  /** Which message. */
  at: number;
  label: string;
  /** Media types to choose from. */
  accept: string;
  className?: string;
};

/** A file for a message, read in the browser into its `data` and `mime_type`. */
export function FileField({ control, at, label, accept, className }: FileFieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [tooLarge, setTooLarge] = useState<string>();
  const { field: data, fieldState } = useController({ control, name: `messages.${at}.data` });
  const type = useController({ control, name: `messages.${at}.mime_type` });
  const problem = tooLarge ?? fieldState.error?.message ?? type.fieldState.error?.message;

  async function choose(event: ChangeEvent<HTMLInputElement>) {
    const [file] = event.target.files ?? [];
    event.target.value = "";
    if (!file) return;
    if (file.size > largestFile) {
      setTooLarge(
        `${file.name} has ${formatValue(file.size, "count")} bytes; choose one of at most ${formatValue(largestFile, "count")}.`,
      );
      return;
    }
    setTooLarge(undefined);
    data.onChange(await base64Of(file));
    type.field.onChange(file.type || "application/octet-stream");
  }

  return (
    <FieldShell {...{ id, label, className }} error={problem}>
      <div className="flex flex-wrap items-center gap-3">
        <input
          ref={input}
          type="file"
          accept={accept}
          onChange={choose}
          className="sr-only"
          tabIndex={-1}
          aria-label={`${label} file`}
        />
        <Button
          id={id}
          variant="outline"
          size="sm"
          onClick={() => input.current?.click()}
          aria-describedby={problem ? `${id}-error` : undefined}
        >
          <Upload aria-hidden /> {data.value === "" ? "Choose a file" : "Replace"}
        </Button>
        {data.value !== "" && (
          <>
            <span className="text-muted-foreground text-xs" role="status">
              {type.field.value}, {formatValue(Math.floor(data.value.length * 0.75), "count")} bytes
            </span>
            <Button
              variant="ghost"
              size="icon-sm"
              aria-label="Remove the file"
              onClick={() => data.onChange("")}
            >
              <X aria-hidden />
            </Button>
          </>
        )}
      </div>
    </FieldShell>
  );
}

function base64Of(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(reader.error ?? new Error("The file could not be read"));
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.readAsDataURL(file);
  });
}
