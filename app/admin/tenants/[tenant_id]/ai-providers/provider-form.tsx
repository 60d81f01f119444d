"use client";

import { Form, useZodForm } from "#components/forms/form.tsx";
import { KeyValueField } from "#components/forms/key-value-field.tsx";
import { SelectField } from "#components/forms/select-field.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { useSave } from "#components/forms/use-save.ts";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { aiProviderExists, putAiProvider } from "#lib/client/ai-providers.ts";
import type { AiProvider } from "#lib/providers/entry-schema.ts";
import { PriceFields } from "./price-fields.tsx";
import {
  dialects,
  type ProviderSubmit,
  providerForm,
  toProviderValues,
} from "./provider-form-schema.ts";

type ProviderFormProps = {
  tenantId: string;
  /** The one that is edited; left out for a new one. */
  provider?: AiProvider;
};

/** Adds a provider of language models to a tenant, or edits the one that is there. */
export function ProviderForm({ tenantId, provider }: ProviderFormProps) {
  const form = useZodForm(providerForm(provider === undefined), toProviderValues(provider));
  const { control } = form;
  const ownKey = provider?.problem === null && provider.api_key_secret === null;
  const save = useSave({
    taken: provider
      ? null
      : {
          pointer: "/name",
          message: "is another provider's name",
          exists: ({ name }: ProviderSubmit) => aiProviderExists(tenantId, name),
        },
    call: ({ name, input }: ProviderSubmit) => putAiProvider(tenantId, name, input),
    href: () => `/admin/tenants/${tenantId}/ai-providers`,
    told: ({ name }) => `${name} is ${provider ? "saved" : "added"}`,
  });

  return (
    <Form form={form} onSubmit={save}>
      <Card>
        <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2">
          <TextField
            {...{ control }}
            name="name"
            label="Name"
            description="Tools name it before the model: ai:openai/gpt-5-mini."
            placeholder="openai"
            mono
            autoComplete="off"
            readOnly={provider !== undefined}
          />
          <SelectField {...{ control }} name="type" label="Speaks" options={[...dialects]} />
          <TextField
            {...{ control }}
            name="base_url"
            label="Address"
            description="Empty: the provider's own."
            placeholder="https://ai.example.com/v1"
            mono
            autoComplete="off"
          />
          <TextField
            {...{ control }}
            name="api_key_secret"
            label="Secret with the key"
            description={
              ownKey
                ? "Its key stands in the entry itself, and stays there while this is empty."
                : "Empty: OPENAI_API_KEY or ANTHROPIC_API_KEY."
            }
            placeholder="OPENAI_API_KEY"
            mono
            autoComplete="off"
          />
          <div className="sm:col-span-2">
            <KeyValueField
              {...{ control }}
              name="models"
              label="Aliases"
              description="Names that tools may use in place of the provider's own."
              keyLabel="Alias"
              valueLabel="Model"
            />
          </div>
        </CardContent>
      </Card>
      <Card>
        <CardHeader>
          <CardTitle>Prices</CardTitle>
          <CardDescription>
            What a million tokens cost, by the provider's own name of a model. They go before the
            platform's prices; the cost of a model in neither is unknown.
          </CardDescription>
        </CardHeader>
        <CardContent>
          <PriceFields />
        </CardContent>
      </Card>
      <SubmitButton className="self-end max-sm:self-stretch">
        {provider ? "Save provider" : "Add provider"}
      </SubmitButton>
    </Form>
  );
}
