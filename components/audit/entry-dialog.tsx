"use client";

import { Eye } from "lucide-react";
import { DetailList } from "#components/shell/detail-list.tsx";
import { Button } from "#components/ui/button.tsx";
import { Code } from "#components/ui/code.tsx";
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogHeader,
  DialogTitle,
  DialogTrigger,
} from "#components/ui/dialog.tsx";
import { JsonView } from "#components/ui/json-view.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import type { AuditEntry } from "#lib/audit/schema.ts";
import { changedPaths } from "./changed-paths.ts";

/** The button of a row, and all that the log knows of that entry. */
export function EntryDialog({ entry }: { entry: AuditEntry }) {
  return (
    <Dialog>
      <DialogTrigger asChild>
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label={`Details of ${entry.action} on ${entry.target_id}`}
        >
          <Eye aria-hidden />
        </Button>
      </DialogTrigger>
      <DialogContent className="max-w-3xl" toRead>
        <DialogHeader>
          <DialogTitle className="font-mono">{entry.action}</DialogTitle>
          <DialogDescription>Secrets are masked before an entry is written.</DialogDescription>
        </DialogHeader>
        <EntryDetails entry={entry} />
      </DialogContent>
    </Dialog>
  );
}

function EntryDetails({ entry }: { entry: AuditEntry }) {
  const changed = changedPaths(entry.before, entry.after);
  return (
    <>
      <DetailList
        items={[
          { label: "When", value: <Timestamp value={entry.at} absolute /> },
          { label: "Target", value: `${entry.target_type} ${entry.target_id}` },
          { label: "By", value: `${entry.principal_type} ${entry.principal_id}` },
          { label: "From", value: entry.ip ?? "Not known" },
          {
            label: "Request",
            value: <Code>{entry.request_id}</Code>,
          },
          ...(changed.length > 0 ? [{ label: "Changed", value: changed.join(", ") }] : []),
        ]}
      />
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <Side title="Before" value={entry.before} />
        <Side title="After" value={entry.after} />
      </div>
    </>
  );
}

function Side({ title, value }: { title: string; value: unknown }) {
  return (
    <section className="flex min-w-0 flex-col gap-1.5">
      <h3 className="font-medium text-[0.8125rem]">{title}</h3>
      {value === null || value === undefined ? (
        <p className="rounded-md border border-dashed px-3.5 py-3 text-muted-foreground text-xs">
          Nothing
        </p>
      ) : (
        <JsonView value={value} what={title.toLowerCase()} />
      )}
    </section>
  );
}
