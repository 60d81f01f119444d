"use client";

import { useDeferredValue, useState } from "react";
import { Badge } from "#components/ui/badge.tsx";
import { Card, CardContent } from "#components/ui/card.tsx";
import { cn } from "#components/ui/cn.ts";
import { DisclosureRow } from "#components/ui/disclosure-row.tsx";
import { Input } from "#components/ui/input.tsx";
import { VersionDiff } from "#components/versions/version-diff.tsx";
import type { PlanAction, PlanItem } from "#lib/bundles/schema.ts";
import { changeLines } from "./change-lines.ts";
import { kindNames } from "./kind-names.ts";

/** Rows that are drawn; the others are found by the search. */
const mostShown = 200;

/** In the order that they are told: what stands in the way first. */
const actions = {
  invalid: { label: "Invalid", tone: "danger" },
  conflict: { label: "Conflict", tone: "danger" },
  update: { label: "Update", tone: "warning" },
  create: { label: "Create", tone: "accent" },
  skip: { label: "Stays as it is", tone: "neutral" },
  unchanged: { label: "Unchanged", tone: "neutral" },
} as const satisfies Record<PlanAction, { label: string; tone: string }>;

const order = Object.keys(actions);

/** What an import would do to each item. */
export function PlanList({ items }: { items: readonly PlanItem[] }) {
  const [search, setSearch] = useState("");
  const wanted = useDeferredValue(search.trim().toLowerCase());
  const found = items
    .filter(({ id, kind }) => `${id} ${kindNames[kind].one}`.toLowerCase().includes(wanted))
    .sort((a, b) => order.indexOf(a.action) - order.indexOf(b.action));
  return (
    <Card>
      <CardContent className="flex flex-col gap-3">
        {items.length > 10 && (
          <Input
            type="search"
            aria-label="Search the plan"
            placeholder="Search the plan"
            className="self-end sm:w-72"
            value={search}
            onChange={({ target }) => setSearch(target.value)}
          />
        )}
        <ul aria-label="Plan" className="flex flex-col divide-y rounded-md border">
          {found.slice(0, mostShown).map((item, place) => (
            // An id may be there twice in a bundle, which the plan tells of.
            // biome-ignore lint/suspicious/noArrayIndexKey: the list is drawn anew with each plan
            <PlanRow key={`${item.kind} ${item.id} ${place}`} item={item} />
          ))}
          {found.length === 0 && (
            <li className="px-3 py-8 text-center text-muted-foreground text-sm">
              Nothing of the plan fits the search.
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

function PlanRow({ item }: { item: PlanItem }) {
  const { kind, id, action, reasons, changes, truncated } = item;
  const isBad = action === "invalid" || action === "conflict";
  const hasMore = changes.length > 0 || truncated;
  return (
    <DisclosureRow
      label={`Changes of ${id}`}
      badges={<Badge tone={actions[action].tone}>{actions[action].label}</Badge>}
      lines={
        <>
          <span className="flex min-w-0 flex-wrap items-baseline gap-x-2">
            <span className="w-16 shrink-0 text-muted-foreground text-xs">
              {kindNames[kind].one}
            </span>
            <span className="min-w-0 font-mono text-xs [overflow-wrap:anywhere]">{id}</span>
          </span>
          {reasons.map(({ pointer, message }) => (
            <span
              key={`${pointer} ${message}`}
              className={cn(
                "text-xs [overflow-wrap:anywhere]",
                isBad ? "text-destructive-text" : "text-muted-foreground",
              )}
            >
              {pointer !== "" && <span className="font-mono">{pointer}</span>} {message}
            </span>
          ))}
        </>
      }
      detail={hasMore ? () => <PlanChanges {...{ changes, truncated }} /> : null}
    />
  );
}

function PlanChanges({ changes, truncated }: Pick<PlanItem, "changes" | "truncated">) {
  return (
    <>
      {changes.length > 0 && <VersionDiff lines={changeLines(changes)} />}
      {truncated && (
        <p className="text-muted-foreground text-xs">There are more changes than are shown.</p>
      )}
    </>
  );
}
