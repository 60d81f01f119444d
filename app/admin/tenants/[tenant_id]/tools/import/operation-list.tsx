"use client";

import { useDeferredValue, useState } from "react";
import { type Choice, ChoiceList } from "#components/tools/choice-list.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Input } from "#components/ui/input.tsx";
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

const states = {
  new: { label: "New", tone: "accent" },
  changed: { label: "Changed", tone: "warning" },
  unchanged: { label: "Imported", tone: "neutral" },
} as const;

function toChoice(operation: ImportOperation, load: OperationListProps["load"]): Choice {
  const { key, method, path, name, summary, problem, warnings, state, edited } = operation;
  const isPossible = problem === null;
  return {
    key,
    choosable: isPossible,
    lines: (
      <>
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
      </>
    ),
    badges: (
      <>
        {isPossible ? (
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
      </>
    ),
    detail: isPossible ? () => <OperationDetail operation={operation} load={load} /> : null,
  };
}

/** What can be imported, to choose from. */
export function OperationList({ operations, chosen, onChoose, load }: OperationListProps) {
  const [search, setSearch] = useState("");
  const wanted = useDeferredValue(search.trim().toLowerCase());
  const found = operations.filter((operation) => fits(operation, wanted));
  const possible = found.filter(({ problem }) => problem === null);
  return (
    <>
      <ChoiceList
        label="Operations"
        action="Import"
        allLabel={wanted === "" ? "All operations" : "All that were found"}
        choices={found.slice(0, mostShown).map((operation) => toChoice(operation, load))}
        choosable={possible.map(({ key }) => key)}
        chosen={chosen}
        onChoose={onChoose}
        tools={
          <Input
            type="search"
            aria-label="Search operations"
            placeholder="Search operations"
            className="sm:w-72"
            value={search}
            onChange={({ target }) => setSearch(target.value)}
          />
        }
        empty={
          operations.length === 0
            ? "The description has no operations."
            : "No operation fits the search."
        }
      />
      {found.length > mostShown && (
        <p className="text-muted-foreground text-xs">
          {found.length - mostShown} more are not shown; search for them.
        </p>
      )}
    </>
  );
}
