"use client";

import { PastedDocument, UploadedDocument } from "#components/forms/document-field.tsx";
import { Card, CardContent } from "#components/ui/card.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
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
          {form.origin === "paste" && (
            <PastedDocument
              label="Description"
              description="OpenAPI 3.0 or 3.1, as JSON or YAML."
              placeholder={"openapi: 3.1.0\ninfo:\n  title: …"}
              value={form}
              onValueChange={onChange}
            />
          )}
          {form.origin === "upload" && (
            <UploadedDocument
              label="File"
              inputLabel="Description file"
              description="JSON or YAML. One that is larger than the API's requests may be goes by its address."
              value={form}
              onValueChange={onChange}
            />
          )}
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
