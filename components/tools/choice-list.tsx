"use client";

import { ChevronRight } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { Card, CardContent } from "#components/ui/card.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { cn } from "#components/ui/cn.ts";
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
  const { key, choosable, lines, badges, detail, startsOpen = false } = choice;
  // Until it is opened or closed by hand it follows its state, which may change beneath it.
  const [toggled, setToggled] = useState<boolean | null>(null);
  const open = toggled ?? startsOpen;
  return (
    <li className="flex min-w-0 flex-col">
      <div className="flex min-w-0 flex-wrap items-start gap-x-3 gap-y-1.5 px-3 py-2.5 sm:flex-nowrap">
        <Checkbox
          className="mt-0.5"
          aria-label={`${action} ${key}`}
          checked={isChosen && choosable}
          disabled={!choosable}
          onCheckedChange={(checked) => onChoose(checked === true)}
        />
        <div className="flex min-w-0 flex-1 flex-col gap-0.5">{lines}</div>
        <span className="flex shrink-0 flex-wrap items-center justify-end gap-1.5 max-sm:w-full max-sm:justify-start max-sm:pl-7">
          {badges}
          {detail && (
            <button
              type="button"
              aria-expanded={open}
              aria-label={`Details of ${key}`}
              onClick={() => setToggled(!open)}
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
      {open && detail && (
        <div className="flex min-w-0 flex-col gap-3 border-t bg-muted/40 px-3 py-3">{detail()}</div>
      )}
    </li>
  );
}
