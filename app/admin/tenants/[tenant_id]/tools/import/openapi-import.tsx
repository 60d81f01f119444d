"use client";

import { useMutation } from "@tanstack/react-query";
import Link from "next/link";
import { useCallback, useId, useState } from "react";
import { Alert } from "#components/ui/alert.tsx";
import { Button } from "#components/ui/button.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { Label } from "#components/ui/label.tsx";
import { Switch } from "#components/ui/switch.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { applyOpenApiImport, previewOpenApiImport } from "#lib/client/openapi-import.ts";
import { publishDrafts } from "#lib/client/tools.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { ImportPreview, ImportResult } from "#lib/tools/import/openapi/schema.ts";
import { DescriptionCard } from "./description-card.tsx";
import { emptyForm, type ImportForm, isGiven, suggested, toInput } from "./import-input.ts";
import { OperationList } from "./operation-list.tsx";
import { TargetCard } from "./target-card.tsx";

type OpenApiImportProps = { tenantId: string; toolsHref: string };

/** A preview with the form that it is of. */
interface Seen {
  form: ImportForm;
  preview: ImportPreview;
}

/** Reads a description, shows what would come of it, and imports what is chosen. */
export function OpenApiImport({ tenantId, toolsHref }: OpenApiImportProps) {
  const [form, setForm] = useState<ImportForm>(emptyForm);
  const [seen, setSeen] = useState<Seen>();
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const [removeGone, setRemoveGone] = useState(false);
  const [asDrafts, setAsDrafts] = useState(false);
  const change = (part: Partial<ImportForm>) => setForm((before) => ({ ...before, ...part }));

  const read = useMutation({
    mutationFn: (asked: ImportForm) => previewOpenApiImport(tenantId, toInput(asked)),
    onSuccess(preview, asked) {
      const isSame = seen?.preview.digest === preview.digest;
      setSeen({ form: asked, preview });
      if (!isSame) setChosen(suggested(preview));
    },
  });
  const apply = useChange(({ form: asked, preview }: Seen) =>
    applyOpenApiImport(tenantId, {
      ...toInput(asked),
      source: preview.source,
      digest: preview.digest,
      operations: preview.operations
        .filter(({ key, problem }) => problem === null && chosen.has(key))
        .map(({ key }) => key),
      gone: removeGone && !asDrafts ? "delete" : "keep",
      publish: !asDrafts,
    }),
  );
  const load = useCallback(
    async (key: string) => {
      if (!seen) return undefined;
      const input = { ...toInput(seen.form), detail: [key] };
      const { operations } = await previewOpenApiImport(tenantId, input);
      return operations.find((operation) => operation.key === key);
    },
    [seen, tenantId],
  );

  if (apply.data) {
    return (
      <Done
        {...{ tenantId }}
        result={apply.data}
        toolsHref={toolsHref}
        onAgain={() => {
          apply.reset();
          setSeen(undefined);
        }}
      />
    );
  }
  const isStale = seen !== undefined && seen.form !== form;
  const failure = read.error ?? apply.error;
  return (
    <>
      <DescriptionCard form={form} onChange={change} />
      {seen && <TargetCard preview={seen.preview} form={form} onChange={change} />}
      {failure && (
        <Alert tone="danger" title={read.error ? "It cannot be read" : "Nothing was imported"}>
          {toFailure(failure).detail}
        </Alert>
      )}
      {(!seen || isStale) && (
        <Button
          className="self-end max-sm:self-stretch"
          disabled={!isGiven(form)}
          pending={read.isPending}
          onClick={() => {
            apply.reset();
            read.mutate(form);
          }}
        >
          {seen ? "Update the preview" : "Read the description"}
        </Button>
      )}
      {seen && !isStale && (
        <>
          <Summary preview={seen.preview} />
          <OperationList
            operations={seen.preview.operations}
            chosen={chosen}
            onChoose={setChosen}
            load={load}
          />
          {!asDrafts && (
            <Gone preview={seen.preview} checked={removeGone} onCheckedChange={setRemoveGone} />
          )}
          <AsDrafts checked={asDrafts} onCheckedChange={setAsDrafts} />
          <Button
            className="self-end max-sm:self-stretch"
            disabled={
              chosen.size === 0 && !(removeGone && !asDrafts && seen.preview.gone.length > 0)
            }
            pending={apply.isPending}
            onClick={() => apply.mutate(seen)}
          >
            Import {chosen.size} {chosen.size === 1 ? "operation" : "operations"}
          </Button>
        </>
      )}
    </>
  );
}

function Summary({ preview }: { preview: ImportPreview }) {
  const { title, version, openapi, source, operations } = preview;
  const count = (state: string) =>
    operations.filter((one) => one.problem === null && one.state === state).length;
  const problems = operations.filter(({ problem }) => problem !== null).length;
  return (
    <p role="status" className="text-muted-foreground text-sm [overflow-wrap:anywhere]">
      <span className="font-medium text-foreground">
        {title} {version}
      </span>{" "}
      (OpenAPI {openapi}, source {source}): {count("new")} new, {count("changed")} changed,{" "}
      {count("unchanged")} as imported, {problems} that cannot be imported
    </p>
  );
}

type GoneProps = {
  preview: ImportPreview;
  checked: boolean;
  onCheckedChange: (checked: boolean) => void;
};

function Gone({ preview: { gone }, checked, onCheckedChange }: GoneProps) {
  if (gone.length === 0) return null;
  return (
    <Alert tone="warning" title={`${gone.length} imported before are no longer described`}>
      <ul className="mb-2 max-h-40 overflow-y-auto">
        {gone.map(({ tool_id, name, operation }) => (
          <li key={tool_id}>
            {name} ({operation})
          </li>
        ))}
      </ul>
      <span className="flex items-center gap-2">
        <Checkbox
          id="remove-gone"
          checked={checked}
          onCheckedChange={(next) => onCheckedChange(next === true)}
        />
        <Label htmlFor="remove-gone">Delete these tools</Label>
      </span>
    </Alert>
  );
}

type AsDraftsProps = { checked: boolean; onCheckedChange: (checked: boolean) => void };

function AsDrafts({ checked, onCheckedChange }: AsDraftsProps) {
  const id = useId();
  return (
    <div className="flex items-start gap-3">
      <Switch id={id} checked={checked} onCheckedChange={onCheckedChange} />
      <div className="flex flex-col gap-1">
        <Label htmlFor={id}>Save as drafts</Label>
        <p className="text-muted-foreground text-xs">
          To be tried first: nothing that agents call changes before they are published.
        </p>
      </div>
    </div>
  );
}

type DoneProps = {
  tenantId: string;
  result: ImportResult;
  toolsHref: string;
  onAgain: () => void;
};

function Done({ tenantId, result, toolsHref, onAgain }: DoneProps) {
  const { created, updated, deleted, unchanged, source, published } = result;
  const drafts = published ? [] : [...created, ...updated];
  const publish = useChange(() => publishDrafts(tenantId, { tool_ids: drafts }));
  const parts = [
    `${created.length} created`,
    `${updated.length} updated`,
    `${deleted.length} deleted`,
    `${unchanged} as they were`,
  ];
  return (
    <div className="flex flex-col gap-4">
      <Alert
        tone="info"
        role="status"
        title={`The tools of ${source} are ${published ? "imported" : "saved as drafts"}`}
      >
        {parts.join(", ")}.{publish.data && ` ${publish.data.published.length} published.`}
      </Alert>
      {publish.error && (
        <Alert tone="danger" title="None was published">
          {toFailure(publish.error).detail}
        </Alert>
      )}
      <div className="flex flex-wrap gap-2">
        {drafts.length > 0 && !publish.data && (
          <Button pending={publish.isPending} onClick={() => publish.mutate(undefined)}>
            Publish {drafts.length} {drafts.length === 1 ? "draft" : "drafts"}
          </Button>
        )}
        <Button variant={drafts.length > 0 && !publish.data ? "outline" : "primary"} asChild>
          <Link href={`${toolsHref}?type=openapi`}>See the tools</Link>
        </Button>
        <Button variant="outline" onClick={onAgain}>
          Import more
        </Button>
      </div>
    </div>
  );
}
