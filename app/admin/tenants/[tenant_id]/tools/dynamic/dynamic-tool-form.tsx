"use client";

import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { Card, CardContent } from "#components/ui/card.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { createDynamicTool } from "#lib/client/tools.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { CreateDynamicToolInput } from "#lib/tools/schema.ts";
import { AdvancedToolCard, BehaviourCard } from "../behaviour-cards.tsx";
import { Implementation, NameFields, ParametersCard } from "../tool-fields.tsx";
import { dynamicToolForm, toToolFields } from "../tool-form-schema.ts";
import { toolHref } from "../tool-href.ts";

export function DynamicToolForm({ tenantId }: { tenantId: string }) {
  const router = useRouter();
  const form = useZodForm(dynamicToolForm, toToolFields(undefined));
  const create = useChange((input: CreateDynamicToolInput) => createDynamicTool(tenantId, input));

  async function submit(input: CreateDynamicToolInput): Promise<FormFailure | undefined> {
    try {
      const tool = await create.mutateAsync(input);
      router.push(toolHref(tool));
      toast.success(`${tool.name} is created`);
      return undefined;
    } catch (error) {
      return toFailure(error);
    }
  }

  return (
    <Form form={form} onSubmit={submit}>
      <Card>
        <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2">
          <NameFields />
        </CardContent>
      </Card>
      <Implementation without={["none"]} />
      <ParametersCard />
      <BehaviourCard />
      <AdvancedToolCard />
      <SubmitButton className="self-end max-sm:self-stretch">Create tool</SubmitButton>
    </Form>
  );
}
