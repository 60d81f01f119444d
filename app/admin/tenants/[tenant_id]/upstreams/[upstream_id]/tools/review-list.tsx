"use client";

import { ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import { toast } from "sonner";
import { Alert } from "#components/ui/alert.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardContent } from "#components/ui/card.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { cn } from "#components/ui/cn.ts";
import { Label } from "#components/ui/label.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { acceptUpstreamTools, ignoreUpstreamTools } from "#lib/client/upstream-tools.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { UpstreamTool } from "#lib/tools/import/upstream/schema.ts";
import { visible } from "./definition-lines.ts";
import { DefinitionReview } from "./definition-review.tsx";
import { stateLabels } from "./states.ts";

type ReviewListProps = { tenantId: string; upstreamId: string; tools: readonly UpstreamTool[] };

const tones = {
  new: "accent",
  accepted: "success",
  changed: "warning",
  gone: "danger",
  ignored: "neutral",
} as const;

/** True for what there is something to say yes to. */
function canBeAccepted({ state, digest }: UpstreamTool): boolean {
  return digest !== null && state !== "accepted" && state !== "gone";
}

/** What the server offers, to look at and to accept. */
export function ReviewList({ tenantId, upstreamId, tools }: ReviewListProps) {
  const id = useId();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const open = tools.filter(canBeAccepted);
  const picked = open.filter(({ remote_name }) => chosen.has(remote_name));
  const accept = useChange((wanted: readonly UpstreamTool[]) =>
    acceptUpstreamTools(
      tenantId,
      upstreamId,
      wanted.map(({ remote_name, digest }) => ({ name: remote_name, digest: digest ?? "" })),
    ),
  );
  const ignore = useChange((names: string[]) => ignoreUpstreamTools(tenantId, upstreamId, names));
  const fresh = picked.filter(({ state }) => state === "new");
  const all = picked.length > 0 && picked.length === open.length;
  const failure = accept.error ?? ignore.error;

  function choose(names: readonly string[], isChosen: boolean) {
    const next = new Set(chosen);
    for (const name of names) isChosen ? next.add(name) : next.delete(name);
    setChosen(next);
  }

  function done(text: string) {
    setChosen(new Set());
    toast.success(text);
  }

  return (
    <Card>
      <CardContent className="flex flex-col gap-3">
        {failure && (
          <Alert tone="danger" title="Nothing was changed">
            {toFailure(failure).detail}
          </Alert>
        )}
        <div className="flex flex-wrap items-center justify-between gap-3">
          <span className="flex items-center gap-2.5">
            <Checkbox
              id={id}
              checked={all || (picked.length > 0 && "indeterminate")}
              disabled={open.length === 0}
              onCheckedChange={() =>
                choose(
                  open.map(({ remote_name }) => remote_name),
                  !all,
                )
              }
            />
            <Label htmlFor={id}>
              All that wait ({picked.length} of {open.length})
            </Label>
          </span>
          <span className="flex flex-wrap gap-2">
            <Button
              variant="outline"
              size="sm"
              disabled={fresh.length === 0 || fresh.length !== picked.length}
              pending={ignore.isPending}
              onClick={() =>
                ignore.mutate(
                  fresh.map(({ remote_name }) => remote_name),
                  { onSuccess: ({ ignored }) => done(`${ignored.length} ignored`) },
                )
              }
            >
              Ignore
            </Button>
            <Button
              size="sm"
              disabled={picked.length === 0}
              pending={accept.isPending}
              onClick={() =>
                accept.mutate(picked, {
                  onSuccess: ({ created, updated }) =>
                    done(`${created.length + updated.length} accepted`),
                })
              }
            >
              Accept {picked.length > 0 && picked.length}
            </Button>
          </span>
        </div>
        <ul aria-label="Offered tools" className="flex flex-col divide-y rounded-md border">
          {tools.map((tool) => (
            <ReviewRow
              key={tool.remote_name}
              tool={tool}
              isChosen={chosen.has(tool.remote_name)}
              onChoose={(isChosen) => choose([tool.remote_name], isChosen)}
            />
          ))}
        </ul>
      </CardContent>
    </Card>
  );
}

type ReviewRowProps = {
  tool: UpstreamTool;
  isChosen: boolean;
  onChoose: (isChosen: boolean) => void;
};

function ReviewRow({ tool, isChosen, onChoose }: ReviewRowProps) {
  const { remote_name, name, state, suspicions, changes } = tool;
  // What looks wrong is not something to be found by opening it.
  const [open, setOpen] = useState(suspicions.length > 0);
  const shown = (tool.offered ?? tool.accepted)?.description ?? "";
  return (
    <li className="flex min-w-0 flex-col">
      <div className="flex min-w-0 flex-wrap items-start gap-x-3 gap-y-1.5 px-3 py-2.5 sm:flex-nowrap">
        <Checkbox
          className="mt-0.5"
          aria-label={`Choose ${remote_name}`}
          checked={isChosen && canBeAccepted(tool)}
          disabled={!canBeAccepted(tool)}
          onCheckedChange={(checked) => onChoose(checked === true)}
        />
        <div className="flex min-w-0 flex-1 flex-col gap-0.5">
          <span className="font-medium font-mono text-xs [overflow-wrap:anywhere]">
            {visible(remote_name)}
          </span>
          <span className="text-muted-foreground text-xs [overflow-wrap:anywhere]">
            here {name}
          </span>
          <span className="line-clamp-2 text-[0.8125rem] [overflow-wrap:anywhere]">
            {visible(shown)}
          </span>
        </div>
        <span className="flex shrink-0 flex-wrap items-center justify-end gap-1.5 max-sm:w-full max-sm:justify-start max-sm:pl-7">
          <Badge tone={tones[state]}>{stateLabels[state]}</Badge>
          {suspicions.length > 0 && (
            <Badge tone="danger">
              {suspicions.length} {suspicions.length === 1 ? "warning" : "warnings"}
            </Badge>
          )}
          {changes.length > 0 && <Badge>{changes.length} changed</Badge>}
          <button
            type="button"
            aria-expanded={open}
            aria-label={`Details of ${remote_name}`}
            onClick={() => setOpen(!open)}
            className="rounded-sm p-1 text-muted-foreground hover:text-foreground touch:p-3"
          >
            <ChevronRight
              aria-hidden
              className={cn("size-4 transition-transform", open && "rotate-90")}
            />
          </button>
        </span>
      </div>
      {open && <DefinitionReview tool={tool} />}
    </li>
  );
}
