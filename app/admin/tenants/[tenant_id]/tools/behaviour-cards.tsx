"use client";

import { useFormContext } from "react-hook-form";
import { AdvancedCard } from "#components/forms/advanced-card.tsx";
import { JsonField } from "#components/forms/json-field.tsx";
import { NumberField } from "#components/forms/number-field.tsx";
import { SelectField } from "#components/forms/select-field.tsx";
import { SwitchField } from "#components/forms/switch-field.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import type { ToolFields } from "./tool-form-schema.ts";

const confirmOptions = [
  { value: "destructive", label: "When it may destroy something" },
  { value: "always", label: "Always" },
  { value: "never", label: "Never" },
];

const taskOptions = [
  { value: "forbidden", label: "Answers at once" },
  { value: "optional", label: "May run as a task" },
  { value: "required", label: "Always runs as a task" },
];

const hintOptions = [
  { value: "unsaid", label: "Not said" },
  { value: "true", label: "Yes" },
  { value: "false", label: "No" },
];

const hintFields = [
  { name: "readOnlyHint", label: "Only reads", description: "It changes nothing." },
  { name: "destructiveHint", label: "May destroy", description: "It can delete or overwrite." },
  { name: "idempotentHint", label: "Repeatable", description: "Again changes nothing more." },
  { name: "openWorldHint", label: "Reaches outside", description: "Beyond the tenant's own." },
] as const;

/** How careful agents have to be with the tool. */
export function BehaviourCard() {
  const { control } = useFormContext<ToolFields>();
  return (
    <Card>
      <CardHeader>
        <CardTitle>Behaviour</CardTitle>
        <CardDescription>
          What agents are told of its effects, and whether the user is asked before it runs.
        </CardDescription>
      </CardHeader>
      <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2 lg:grid-cols-4">
        {hintFields.map((field) => (
          <SelectField key={field.name} {...{ control }} {...field} options={hintOptions} />
        ))}
        <SelectField
          {...{ control }}
          name="confirm"
          label="Ask the user"
          description="Through clients that can ask; the answer decides."
          options={confirmOptions}
          className="sm:col-span-2"
        />
        <SwitchField
          {...{ control }}
          name="pinned"
          label="Pinned"
          description="Listed even where a large catalog is narrowed to a search."
          className="sm:col-span-2"
        />
      </CardContent>
    </Card>
  );
}

/** What most tools need nothing of. */
export function AdvancedToolCard() {
  const { control } = useFormContext<ToolFields>();
  return (
    <AdvancedCard
      title="Advanced"
      description="Output schema, tasks, the time of the whole call, icons and metadata."
      names={["output_schema", "task_support", "call_timeout_ms", "icons", "meta"]}
    >
      <SelectField {...{ control }} name="task_support" label="Tasks" options={taskOptions} />
      <NumberField
        {...{ control }}
        name="call_timeout_ms"
        label="Whole call"
        description="Up to an hour; empty: as long as what it runs allows."
        suffix="ms"
        min={1}
        max={3_600_000}
      />
      <JsonField
        {...{ control }}
        name="output_schema"
        label="Output schema"
        description="JSON Schema of what it answers; empty: anything. Each answer is checked."
        placeholder='{"type": "object"}'
        className="sm:col-span-2"
      />
      <JsonField
        {...{ control }}
        name="icons"
        label="Icons"
        description='A list such as [{"src": "https://…", "sizes": ["48x48"]}].'
        placeholder="[]"
      />
      <JsonField
        {...{ control }}
        name="meta"
        label="Metadata"
        description="Sent along as MCP's _meta; keys such as com.example/team."
      />
    </AdvancedCard>
  );
}
