"use client";

import { Form, useZodForm } from "#components/forms/form.tsx";
import { NumberField } from "#components/forms/number-field.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { useSave } from "#components/forms/use-save.ts";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { aiRouteExists, putAiRoute } from "#lib/client/ai-routes.ts";
import type { AiRoute } from "#lib/gateway/schema.ts";
import { type RouteSubmit, routeForm, toRouteValues } from "./route-form-schema.ts";
import { TargetFields } from "./target-fields.tsx";

type RouteFormProps = {
  tenantId: string;
  /** The one that is edited; left out for a new one. */
  route?: AiRoute;
};

/** Adds a route of language models to a tenant, or edits the one that is there. */
export function RouteForm({ tenantId, route }: RouteFormProps) {
  const form = useZodForm(routeForm, toRouteValues(route));
  const { control } = form;
  const save = useSave({
    taken: route
      ? null
      : {
          pointer: "/alias",
          message: "is another route's name",
          exists: ({ alias }: RouteSubmit) => aiRouteExists(tenantId, alias),
        },
    call: ({ alias, input }: RouteSubmit) => putAiRoute(tenantId, alias, input),
    href: () => `/admin/tenants/${tenantId}/ai-routes`,
    told: ({ alias }) => `${alias} is ${route ? "saved" : "added"}`,
  });

  return (
    <Form form={form} onSubmit={save}>
      <Card>
        <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2">
          <TextField
            {...{ control }}
            name="alias"
            label="Name"
            description="What applications send as the model."
            placeholder="fast"
            mono
            autoComplete="off"
            readOnly={route !== undefined}
          />
          <NumberField
            {...{ control }}
            name="timeout_seconds"
            label="Time for each model"
            description="For an answer, or the first part of one that is streamed. Then the next model is asked."
            suffix="s"
            min={0.1}
            max={600}
            step={0.1}
          />
        </CardContent>
      </Card>
      <Card>
        <CardHeader>
          <CardTitle>Models</CardTitle>
          <CardDescription>
            They are asked in this order. With weights, the first one of each request is drawn by
            them, and the others follow.
          </CardDescription>
        </CardHeader>
        <CardContent>
          <TargetFields />
        </CardContent>
      </Card>
      <SubmitButton className="self-end max-sm:self-stretch">
        {route ? "Save route" : "Add route"}
      </SubmitButton>
    </Form>
  );
}
