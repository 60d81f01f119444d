"use client";

import { useState } from "react";
import { toast } from "sonner";
import { type Choice, ChoiceList } from "#components/tools/choice-list.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
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

function toChoice(tool: UpstreamTool): Choice {
  const { remote_name, name, state, suspicions, changes } = tool;
  const shown = (tool.offered ?? tool.accepted)?.description ?? "";
  return {
    key: remote_name,
    choosable: canBeAccepted(tool),
    lines: (
      <>
        <span className="font-medium font-mono text-xs [overflow-wrap:anywhere]">
          {visible(remote_name)}
        </span>
        <span className="text-muted-foreground text-xs [overflow-wrap:anywhere]">here {name}</span>
        <span className="line-clamp-2 text-[0.8125rem] [overflow-wrap:anywhere]">
          {visible(shown)}
        </span>
      </>
    ),
    badges: (
      <>
        <Badge tone={tones[state]}>{stateLabels[state]}</Badge>
        {suspicions.length > 0 && (
          <Badge tone="danger">
            {suspicions.length} {suspicions.length === 1 ? "warning" : "warnings"}
          </Badge>
        )}
        {changes.length > 0 && <Badge>{changes.length} changed</Badge>}
      </>
    ),
    detail: () => <DefinitionReview tool={tool} />,
    // What looks wrong is not something to be found by opening it.
    startsOpen: suspicions.length > 0,
  };
}

/** What the server offers, to look at and to accept. */
export function ReviewList({ tenantId, upstreamId, tools }: ReviewListProps) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const open = tools.filter(canBeAccepted);
  const picked = open.filter(({ remote_name }) => chosen.has(remote_name));
  const fresh = picked.filter(({ state }) => state === "new");
  const accept = useChange((wanted: readonly UpstreamTool[]) =>
    acceptUpstreamTools(
      tenantId,
      upstreamId,
      wanted.map(({ remote_name, digest }) => ({ name: remote_name, digest: digest ?? "" })),
    ),
  );
  const ignore = useChange((names: string[]) => ignoreUpstreamTools(tenantId, upstreamId, names));
  const failure = accept.error ?? ignore.error;

  function done(text: string) {
    setChosen(new Set());
    toast.success(text);
  }

  return (
    <>
      {failure && (
        <Alert tone="danger" title="Nothing was changed">
          {toFailure(failure).detail}
        </Alert>
      )}
      <ChoiceList
        label="Offered tools"
        action="Choose"
        allLabel="All here that wait"
        choices={tools.map(toChoice)}
        choosable={open.map(({ remote_name }) => remote_name)}
        chosen={chosen}
        onChoose={setChosen}
        tools={
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
        }
        empty="Nothing is offered."
      />
    </>
  );
}
