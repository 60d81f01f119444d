"use client";

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Alert } from "#components/ui/alert.tsx";
import { Button } from "#components/ui/button.tsx";
import { type BundlePlan, type BundleResult, bundleKinds } from "#lib/bundles/schema.ts";
import { toFailure } from "#lib/client/api-error.ts";
import { applyBundle, planBundle } from "#lib/client/bundles.ts";
import { useChange } from "#lib/client/use-change.ts";
import { emptyForm, ImportCard, type ImportForm } from "./import-card.tsx";
import { kindNames } from "./kind-names.ts";
import { PlanList } from "./plan-list.tsx";

/** A plan with the form that it is of. */
interface Seen {
  form: ImportForm;
  plan: BundlePlan;
}

const toInput = ({ text, onConflict }: ImportForm) => ({ bundle: text, on_conflict: onConflict });

/** Takes a bundle, shows what would come of it, and imports it. */
export function BundleImport({ tenantId }: { tenantId: string }) {
  const [form, setForm] = useState<ImportForm>(emptyForm);
  const [seen, setSeen] = useState<Seen>();
  const make = useMutation({
    mutationFn: (asked: ImportForm) => planBundle(tenantId, toInput(asked)),
    onSuccess: (plan, asked) => setSeen({ form: asked, plan }),
  });
  const apply = useChange(({ form: asked, plan }: Seen) =>
    applyBundle(tenantId, { ...toInput(asked), plan_hash: plan.plan_hash }),
  );

  if (apply.data) {
    return (
      <Done
        result={apply.data}
        onAgain={() => {
          apply.reset();
          setSeen(undefined);
          setForm(emptyForm);
        }}
      />
    );
  }
  const isStale = seen?.form !== form || apply.error !== null;
  const failure = make.error ?? apply.error;
  return (
    <>
      <ImportCard form={form} onChange={(part) => setForm((before) => ({ ...before, ...part }))} />
      {failure && (
        <Alert tone="danger" title={make.error ? "It cannot be planned" : "Nothing was imported"}>
          {toFailure(failure).detail}
        </Alert>
      )}
      {seen && !isStale && <Plan plan={seen.plan} />}
      {seen && !isStale ? (
        <Button
          className="self-end max-sm:self-stretch"
          disabled={!seen.plan.applicable || countOf(seen.plan) === 0}
          pending={apply.isPending}
          onClick={() => apply.mutate(seen)}
        >
          Import {countOf(seen.plan)} {countOf(seen.plan) === 1 ? "item" : "items"}
        </Button>
      ) : (
        <Button
          className="self-end max-sm:self-stretch"
          disabled={form.text.trim() === ""}
          pending={make.isPending}
          onClick={() => {
            apply.reset();
            // An older plan of the same bundle must not be applied meanwhile.
            setSeen(undefined);
            make.mutate(form);
          }}
        >
          {seen ? "Plan again" : "Plan the import"}
        </Button>
      )}
    </>
  );
}

const countOf = ({ summary }: BundlePlan) => (summary.create ?? 0) + (summary.update ?? 0);

const words = {
  ...{ create: "to create", update: "to update", skip: "to leave as they are" },
  ...{ unchanged: "unchanged", conflict: "in conflict", invalid: "invalid" },
} as const;

function verdictOf(plan: BundlePlan): string {
  if (!plan.applicable) return ". Nothing can be imported until what stands in the way is gone.";
  return countOf(plan) === 0 ? ". There is nothing to import." : "";
}

function Plan({ plan }: { plan: BundlePlan }) {
  const { summary, missing_secrets, exceeded } = plan;
  const parts = Object.entries(words).flatMap(([action, word]) => {
    const count = summary[action as keyof typeof words] ?? 0;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  return (
    <>
      <p role="status" className="text-sm">
        <span className="font-medium">Plan:</span> {parts.join(", ")}
        <span className="text-muted-foreground">{verdictOf(plan)}</span>
      </p>
      {exceeded.length > 0 && (
        <Alert tone="danger" title="The tenant's limits are not enough">
          {exceeded
            .map(({ limit, value, needed }) => `${limit} is ${value}, and ${needed} are needed`)
            .join("; ")}
          . Have the operator raise them, or import less.
        </Alert>
      )}
      {missing_secrets !== null && missing_secrets.length > 0 && (
        <Alert tone="warning" role="status" title="Secrets that the tenant does not have yet">
          <span className="font-mono text-xs">{missing_secrets.join(", ")}</span>
          <br />
          The tools that take them fail until they are there.
        </Alert>
      )}
      <PlanList items={plan.items} />
    </>
  );
}

function Done({ result, onAgain }: { result: BundleResult; onAgain: () => void }) {
  const parts = bundleKinds.flatMap((kind) => {
    const { created, updated } = result[kind];
    const name = kindNames[kind].many;
    return created.length + updated.length === 0
      ? []
      : [`${name}: ${created.length} created, ${updated.length} updated`];
  });
  return (
    <div className="flex flex-col items-start gap-4">
      <Alert tone="info" role="status" title="The bundle is imported" className="w-full">
        {parts.join(". ")}. {result.unchanged} unchanged, {result.skipped} left as they were.
      </Alert>
      <Button variant="outline" onClick={onAgain}>
        Import another
      </Button>
    </div>
  );
}
