"use client";

import { ChevronRight } from "lucide-react";
import { useDeferredValue, useId, useState } from "react";
import { Badge } from "#components/ui/badge.tsx";
import { Card, CardContent } from "#components/ui/card.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { cn } from "#components/ui/cn.ts";
import { Input } from "#components/ui/input.tsx";
import { Label } from "#components/ui/label.tsx";
import type { ImportOperation } from "#lib/tools/import/openapi/schema.ts";
import { OperationDetail } from "./operation-detail.tsx";

/** Rows that are drawn; the others are found by the search. */
const mostShown = 200;

type OperationListProps = {
  operations: readonly ImportOperation[];
  chosen: ReadonlySet<string>;
  onChoose: (chosen: Set<string>) => void;
  /** Reads the definition of one that came without. */
  load: (key: string) => Promise<ImportOperation | undefined>;
};

function fits({ key, name, summary, tags }: ImportOperation, search: string): boolean {
  const text = `${key} ${name} ${summary} ${tags.join(" ")}`.toLowerCase();
  return search.split(/\s+/).every((word) => text.includes(word));
}

/** What can be imported, to choose from. */
export function OperationList({ operations, chosen, onChoose, load }: OperationListProps) {
  const id = useId();
  const [search, setSearch] = useState("");
  const wanted = useDeferredValue(search.trim().toLowerCase());
  const found = operations.filter((operation) => fits(operation, wanted));
  const possible = found.filter(({ problem }) => problem === null);
  const picked = possible.filter(({ key }) => chosen.has(key)).length;
  const all = picked === possible.length && picked > 0;

  function choose(keys: readonly string[], isChosen: boolean) {
    const next = new Set(chosen);
    for (const key of keys) isChosen ? next.add(key) : next.delete(key);
    onChoose(next);
  }

  return (
    <Card>
      <CardContent className="flex flex-col gap-3">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <span className="flex items-center gap-2.5">
            <Checkbox
              id={id}
              checked={all || (picked > 0 && "indeterminate")}
              disabled={possible.length === 0}
              onCheckedChange={() =>
                choose(
                  possible.map(({ key }) => key),
                  !all,
                )
              }
            />
            <Label htmlFor={id}>
              {wanted === "" ? "All operations" : "All that were found"} ({picked} of{" "}
              {possible.length})
            </Label>
          </span>
          <Input
            type="search"
            aria-label="Search operations"
            placeholder="Search operations"
            className="sm:w-72"
            value={search}
            onChange={({ target }) => setSearch(target.value)}
          />
        </div>
        <ul aria-label="Operations" className="flex flex-col divide-y rounded-md border">
          {found.slice(0, mostShown).map((operation) => (
            <OperationRow
              key={operation.key}
              operation={operation}
              isChosen={chosen.has(operation.key)}
              onChoose={(isChosen) => choose([operation.key], isChosen)}
              load={load}
            />
          ))}
          {found.length === 0 && (
            <li className="px-3 py-8 text-center text-muted-foreground text-sm">
              {operations.length === 0
                ? "The description has no operations."
                : "No operation fits the search."}
            </li>
          )}
        </ul>
        {found.length > mostShown && (
          <p className="text-muted-foreground text-xs">
            {found.length - mostShown} more are not shown; search for them.
          </p>
        )}
      </CardContent>
    </Card>
  );
}

const states = {
  new: { label: "New", tone: "accent" },
  changed: { label: "Changed", tone: "warning" },
  unchanged: { label: "Imported", tone: "neutral" },
} as const;

type OperationRowProps = {
  operation: ImportOperation;
  isChosen: boolean;
  onChoose: (isChosen: boolean) => void;
  load: OperationListProps["load"];
};

function OperationRow({ operation, isChosen, onChoose, load }: OperationRowProps) {
  const [open, setOpen] = useState(false);
  const { key, method, path, name, summary, problem, warnings, state, edited } = operation;
  return (
    <li className="flex min-w-0 flex-col">
      <div className="flex min-w-0 flex-wrap items-start gap-x-3 gap-y-1.5 px-3 py-2.5 sm:flex-nowrap">
        <Checkbox
          className="mt-0.5"
          aria-label={`Import ${key}`}
          checked={isChosen && problem === null}
          disabled={problem !== null}
          onCheckedChange={(checked) => onChoose(checked === true)}
        />
        <div className="flex min-w-0 flex-1 flex-col gap-0.5">
          <span className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
            <span className="w-14 shrink-0 font-medium font-mono text-muted-foreground text-xs">
              {method}
            </span>
            <span className="min-w-0 font-mono text-xs [overflow-wrap:anywhere]">{path}</span>
          </span>
          <span className="line-clamp-2 text-[0.8125rem] [overflow-wrap:anywhere]">
            <span className="font-medium">{name}</span>
            {summary !== "" && <span className="text-muted-foreground"> · {summary}</span>}
          </span>
          {problem !== null && <span className="text-destructive-text text-xs">{problem}</span>}
        </div>
        <span className="flex shrink-0 flex-wrap items-center justify-end gap-1.5 max-sm:w-full max-sm:justify-start max-sm:pl-7">
          {problem === null ? (
            <Badge tone={states[state].tone}>{states[state].label}</Badge>
          ) : (
            <Badge tone="danger">Cannot be imported</Badge>
          )}
          {edited && <Badge tone="warning">Edited here</Badge>}
          {warnings.length > 0 && (
            <Badge tone="warning">
              {warnings.length} {warnings.length === 1 ? "note" : "notes"}
            </Badge>
          )}
          {problem === null && (
            <button
              type="button"
              aria-expanded={open}
              aria-label={`Details of ${key}`}
              onClick={() => setOpen(!open)}
              className="rounded-sm p-1 text-muted-foreground hover:text-foreground touch:p-3"
            >
              <ChevronRight
                aria-hidden
                className={cn("size-4 transition-transform", open && "rotate-90")}
              />
            </button>
          )}
        </span>
      </div>
      {open && <OperationDetail operation={operation} load={load} />}
    </li>
  );
}
