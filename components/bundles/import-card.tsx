"use client";

import { useId } from "react";
import {
  type DocumentText,
  PastedDocument,
  UploadedDocument,
} from "#components/forms/document-field.tsx";
import { FieldShell } from "#components/forms/field.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { Segmented } from "#components/ui/segmented.tsx";
import { Select } from "#components/ui/select.tsx";
import type { PlanBundleInput } from "#lib/bundles/schema.ts";

/** What a person has entered of an import. */
export interface ImportForm extends DocumentText {
  origin: "upload" | "paste";
  onConflict: NonNullable<PlanBundleInput["on_conflict"]>;
}

export const emptyForm: ImportForm = {
  ...{ origin: "upload", text: "", fileName: null, onConflict: "update" },
};

const origins = [
  { value: "upload", label: "Upload" },
  { value: "paste", label: "Paste" },
] as const;

const choices = [
  { value: "update", label: "Update it" },
  { value: "skip", label: "Leave it as it is" },
  { value: "fail", label: "Refuse the import" },
];

type ImportCardProps = { form: ImportForm; onChange: (change: Partial<ImportForm>) => void };

/** The bundle to import, and what becomes of what is there already. */
export function ImportCard({ form, onChange }: ImportCardProps) {
  const id = useId();
  return (
    <Card>
      <CardHeader>
        <CardTitle>Import</CardTitle>
        <CardDescription>
          A bundle is planned first: nothing is written before you have seen what would change. Then
          all of it is imported, or nothing.
        </CardDescription>
      </CardHeader>
      <CardContent className="flex flex-col gap-5">
        <Segmented
          label="Where the bundle is"
          options={origins}
          value={form.origin}
          onValueChange={(origin) => onChange({ origin })}
        />
        {form.origin === "upload" ? (
          <UploadedDocument
            label="File"
            inputLabel="Bundle file"
            description="JSON or YAML, as an export gives it."
            value={form}
            onValueChange={onChange}
          />
        ) : (
          <PastedDocument
            label="Bundle"
            description="JSON or YAML, as an export gives it."
            placeholder={"tausestack_bundle: 1\ntools:\n  - tool_id: …"}
            value={form}
            onValueChange={onChange}
          />
        )}
        <FieldShell
          {...{ id, label: "An item that differs here", error: undefined }}
          className="sm:w-72"
        >
          <Select
            id={id}
            options={choices}
            value={form.onConflict}
            onValueChange={(value) => onChange({ onConflict: value as ImportForm["onConflict"] })}
          />
        </FieldShell>
      </CardContent>
    </Card>
  );
}
