"use client";

import { FileUp } from "lucide-react";
import { type ChangeEvent, useId, useRef } from "react";
import { Button } from "#components/ui/button.tsx";
import { formatValue } from "#components/ui/format.ts";
import { Textarea } from "#components/ui/textarea.tsx";
import { FieldShell } from "./field.tsx";

/** A text with the name of the file that it came from, if it did. */
export type DocumentText = { text: string; fileName: string | null };

type DocumentFieldProps = {
  label: string;
  description: string;
  value: DocumentText;
  onValueChange: (value: DocumentText) => void;
};

/** A JSON or YAML document to type or paste in. */
export function PastedDocument({
  label,
  description,
  placeholder,
  value,
  onValueChange,
}: DocumentFieldProps & { placeholder: string }) {
  const id = useId();
  return (
    <FieldShell {...{ id, label, description, error: undefined }}>
      <Textarea
        id={id}
        rows={10}
        spellCheck={false}
        className="min-h-56 font-mono text-xs"
        aria-describedby={`${id}-description`}
        placeholder={placeholder}
        value={value.text}
        onChange={({ target }) => onValueChange({ text: target.value, fileName: null })}
      />
    </FieldShell>
  );
}

/** A JSON or YAML file, read in the browser. */
export function UploadedDocument({
  label,
  inputLabel,
  description,
  value,
  onValueChange,
}: DocumentFieldProps & { inputLabel: string }) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);

  async function choose(event: ChangeEvent<HTMLInputElement>) {
    const [file] = event.target.files ?? [];
    event.target.value = "";
    if (file) onValueChange({ text: await file.text(), fileName: file.name });
  }

  return (
    <FieldShell {...{ id, label, description, error: undefined }}>
      <div className="flex flex-wrap items-center gap-3">
        <input
          ref={input}
          type="file"
          accept=".json,.yaml,.yml,application/json,application/yaml,text/yaml"
          onChange={choose}
          className="sr-only"
          tabIndex={-1}
          aria-label={inputLabel}
        />
        <Button
          id={id}
          variant="outline"
          size="sm"
          aria-describedby={`${id}-description`}
          onClick={() => input.current?.click()}
        >
          <FileUp aria-hidden /> {value.fileName === null ? "Choose a file" : "Choose another"}
        </Button>
        {value.fileName !== null && (
          <span className="text-muted-foreground text-xs [overflow-wrap:anywhere]" role="status">
            {value.fileName}, {formatValue(value.text.length, "count")} characters
          </span>
        )}
      </div>
    </FieldShell>
  );
}
