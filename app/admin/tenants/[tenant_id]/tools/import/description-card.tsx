"use client";

import { FileUp } from "lucide-react";
import { type ChangeEvent, useId, useRef } from "react";
import { FieldShell } from "#components/forms/field.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardContent } from "#components/ui/card.tsx";
import { formatValue } from "#components/ui/format.ts";
import { Segmented } from "#components/ui/segmented.tsx";
import { Textarea } from "#components/ui/textarea.tsx";
import type { ImportForm, Origin } from "./import-input.ts";
import { PlainField } from "./plain-field.tsx";

type DescriptionCardProps = {
  form: ImportForm;
  onChange: (change: Partial<ImportForm>) => void;
};

const origins: readonly { value: Origin; label: string }[] = [
  { value: "paste", label: "Paste" },
  { value: "upload", label: "Upload" },
  { value: "url", label: "Address" },
];

/** Where the description comes from, and what its tools are called. */
export function DescriptionCard({ form, onChange }: DescriptionCardProps) {
  return (
    <Card>
      <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2">
        <div className="flex flex-col gap-4 sm:col-span-2">
          <Segmented
            label="Where the description is"
            options={origins}
            value={form.origin}
            onValueChange={(origin) => onChange({ origin })}
          />
          {form.origin === "paste" && <PasteField form={form} onChange={onChange} />}
          {form.origin === "upload" && <UploadField form={form} onChange={onChange} />}
          {form.origin === "url" && (
            <PlainField
              label="Address of the description"
              description="Fetched by the server, as far as the tenant's outbound calls may reach."
              type="url"
              inputMode="url"
              placeholder="https://api.example.com/openapi.json"
              value={form.url}
              onValueChange={(url) => onChange({ url })}
            />
          )}
        </div>
        <PlainField
          label="Prefix"
          description="Put before each tool's name, as in crm_."
          mono
          value={form.prefix}
          onValueChange={(prefix) => onChange({ prefix })}
        />
        <PlainField
          label="Source"
          description="A later import under this name updates these tools. Empty: the API's title."
          mono
          value={form.source}
          onValueChange={(source) => onChange({ source })}
        />
      </CardContent>
    </Card>
  );
}

function PasteField({ form, onChange }: DescriptionCardProps) {
  const id = useId();
  return (
    <FieldShell
      {...{ id, label: "Description", error: undefined }}
      description="OpenAPI 3.0 or 3.1, as JSON or YAML."
    >
      <Textarea
        id={id}
        rows={10}
        spellCheck={false}
        className="min-h-56 font-mono text-xs"
        aria-describedby={`${id}-description`}
        placeholder={"openapi: 3.1.0\ninfo:\n  title: …"}
        value={form.text}
        onChange={({ target }) => onChange({ text: target.value, fileName: null })}
      />
    </FieldShell>
  );
}

function UploadField({ form, onChange }: DescriptionCardProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);

  async function choose(event: ChangeEvent<HTMLInputElement>) {
    const [file] = event.target.files ?? [];
    event.target.value = "";
    if (file) onChange({ text: await file.text(), fileName: file.name });
  }

  return (
    <FieldShell
      {...{ id, label: "File", error: undefined }}
      description="JSON or YAML. One that is larger than the API's requests may be goes by its address."
    >
      <div className="flex flex-wrap items-center gap-3">
        <input
          ref={input}
          type="file"
          accept=".json,.yaml,.yml,application/json,application/yaml,text/yaml"
          onChange={choose}
          className="sr-only"
          tabIndex={-1}
          aria-label="Description file"
        />
        <Button
          id={id}
          variant="outline"
          size="sm"
          aria-describedby={`${id}-description`}
          onClick={() => input.current?.click()}
        >
          <FileUp aria-hidden /> {form.fileName === null ? "Choose a file" : "Choose another"}
        </Button>
        {form.fileName !== null && (
          <span className="text-muted-foreground text-xs [overflow-wrap:anywhere]" role="status">
            {form.fileName}, {formatValue(form.text.length, "count")} characters
          </span>
        )}
      </div>
    </FieldShell>
  );
}
