"use client";

import { type ReactNode, useId } from "react";
import { Card, CardContent } from "#components/ui/card.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { DisclosureRow } from "#components/ui/disclosure-row.tsx";
import { Label } from "#components/ui/label.tsx";

/** Something that may be chosen, and looked at. */
export interface Choice {
  key: string;
  /** False for what is there only to be looked at. */
  choosable: boolean;
  /** Lines about it, at the left, and its badges, at the right. */
  lines: ReactNode;
  badges: ReactNode;
  /** Shown below once it is opened; null: there is nothing more. */
  detail: (() => ReactNode) | null;
  /** For what must not be overlooked. */
  startsOpen?: boolean;
}

type ChoiceListProps = {
  /** Names the list: "Operations". */
  label: string;
  /** What a choice is for: "Import GET /pets". */
  action: string;
  /** "All operations"; how many are chosen is said after it. */
  allLabel: string;
  choices: readonly Choice[];
  /** Keys of all that can be chosen, drawn or not. */
  choosable: readonly string[];
  chosen: ReadonlySet<string>;
  onChoose: (chosen: Set<string>) => void;
  /** At the right of the first line: a search, or buttons. */
  tools: ReactNode;
  /** Said where there are no choices. */
  empty: string;
};

/** Proposed tools to look at and choose from, one by one or all at once. */
export function ChoiceList({
  label,
  action,
  allLabel,
  choices,
  choosable,
  chosen,
  onChoose,
  tools,
  empty,
}: ChoiceListProps) {
  const id = useId();
  const picked = choosable.filter((key) => chosen.has(key)).length;
  const all = picked > 0 && picked === choosable.length;

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
              disabled={choosable.length === 0}
              onCheckedChange={() => choose(choosable, !all)}
            />
            <Label htmlFor={id}>
              {allLabel} ({picked} of {choosable.length})
            </Label>
          </span>
          {tools}
        </div>
        <ul aria-label={label} className="flex flex-col divide-y rounded-md border">
          {choices.map((choice) => (
            <ChoiceRow
              key={choice.key}
              choice={choice}
              action={action}
              isChosen={chosen.has(choice.key)}
              onChoose={(isChosen) => choose([choice.key], isChosen)}
            />
          ))}
          {choices.length === 0 && (
            <li className="px-3 py-8 text-center text-muted-foreground text-sm">{empty}</li>
          )}
        </ul>
      </CardContent>
    </Card>
  );
}

type ChoiceRowProps = {
  choice: Choice;
  action: string;
  isChosen: boolean;
  onChoose: (isChosen: boolean) => void;
};

function ChoiceRow({ choice, action, isChosen, onChoose }: ChoiceRowProps) {
  const { key, choosable, ...row } = choice;
  return (
    <DisclosureRow
      {...row}
      label={`Details of ${key}`}
      before={
        <Checkbox
          className="mt-0.5"
          aria-label={`${action} ${key}`}
          checked={isChosen && choosable}
          disabled={!choosable}
          onCheckedChange={(checked) => onChoose(checked === true)}
        />
      }
    />
  );
}
