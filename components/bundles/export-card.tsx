"use client";

import { useMutation } from "@tanstack/react-query";
import { FileDown } from "lucide-react";
import { useId, useState } from "react";
import { Alert } from "#components/ui/alert.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { Label } from "#components/ui/label.tsx";
import type { BundleFormat, BundleKind } from "#lib/bundles/schema.ts";
import { toFailure } from "#lib/client/api-error.ts";
import { exportBundle } from "#lib/client/bundles.ts";
import { kindNames } from "./kind-names.ts";

type ExportCardProps = { tenantId: string; kinds: readonly BundleKind[] };

function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Downloads what the tenant has of the chosen kinds as one file. */
export function ExportCard({ tenantId, kinds }: ExportCardProps) {
  const id = useId();
  const [left, setLeft] = useState<ReadonlySet<BundleKind>>(new Set());
  const chosen = kinds.filter((kind) => !left.has(kind));
  const download = useMutation({
    mutationFn: (format: BundleFormat) => exportBundle(tenantId, { kinds: chosen, format }),
    onSuccess: (file, format) => save(file, `${tenantId}.bundle.${format}`),
  });

  function choose(kind: BundleKind, isChosen: boolean) {
    const next = new Set(left);
    isChosen ? next.delete(kind) : next.add(kind);
    setLeft(next);
  }

  return (
    <Card>
      <CardHeader>
        <CardTitle>Export</CardTitle>
        <CardDescription>
          Published definitions as one file, fit for version control. Secrets are named in it, never
          given; drafts, tools of upstreams and the content of resources stay here.
        </CardDescription>
      </CardHeader>
      <CardContent className="flex flex-col gap-4">
        <fieldset className="flex flex-wrap gap-x-6 gap-y-3">
          <legend className="sr-only">What to export</legend>
          {kinds.map((kind) => (
            <span key={kind} className="flex items-center gap-2.5 touch:min-h-11">
              <Checkbox
                id={`${id}-${kind}`}
                checked={!left.has(kind)}
                onCheckedChange={(checked) => choose(kind, checked === true)}
              />
              <Label htmlFor={`${id}-${kind}`}>{kindNames[kind].many}</Label>
            </span>
          ))}
        </fieldset>
        <div className="flex flex-wrap gap-2">
          {(["yaml", "json"] as const).map((format) => (
            <Button
              key={format}
              variant="outline"
              disabled={chosen.length === 0 || download.isPending}
              pending={download.isPending && download.variables === format}
              onClick={() => download.mutate(format)}
            >
              <FileDown aria-hidden /> Download {format.toUpperCase()}
            </Button>
          ))}
        </div>
        {download.error && (
          <Alert tone="danger" title="Nothing was exported">
            {toFailure(download.error).detail}
          </Alert>
        )}
      </CardContent>
    </Card>
  );
}
