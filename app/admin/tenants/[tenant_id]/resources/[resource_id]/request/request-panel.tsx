"use client";

import { useMutation } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { z } from "zod";
import { Form, useZodForm } from "#components/forms/form.tsx";
import { JsonField } from "#components/forms/json-field.tsx";
import { jsonText, optionalJsonText } from "#components/forms/schema.ts";
import { SelectField } from "#components/forms/select-field.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Card, CardContent, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { JsonView } from "#components/ui/json-view.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { requestApi } from "#lib/client/resource-use.ts";
import { type ApiAnswer, apiRequest } from "#lib/resources/drivers/api/connection-schema.ts";

const { method, path, query } = apiRequest.shape;

const schema = z
  .object({
    method: method.unwrap(),
    path,
    query: jsonText(query.unwrap()),
    body: optionalJsonText(z.unknown()),
  })
  .transform(({ body, ...rest }) => (body === null ? rest : { ...rest, body }));

const methods = method.unwrap().options.map((value) => ({ value, label: value }));

type RequestPanelProps = { tenantId: string; resourceId: string; uri: string };

/** One request of an API and what it answered. */
export function RequestPanel({ tenantId, resourceId, uri }: RequestPanelProps) {
  const form = useZodForm(schema, { method: "GET", path: "/", query: "{}", body: "" });
  const { control } = form;
  const send = useMutation({
    mutationFn: (request: z.output<typeof schema>) => requestApi(tenantId, resourceId, request),
  });
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <Card>
        <CardContent>
          <Form
            form={form}
            onSubmit={async (request) => {
              try {
                await send.mutateAsync(request);
                return undefined;
              } catch (error) {
                const { detail, errors } = toFailure(error);
                return { detail, ...(errors ? { errors } : {}) };
              }
            }}
          >
            <div className="grid items-start gap-4 sm:grid-cols-[8rem_minmax(0,1fr)]">
              <SelectField {...{ control }} name="method" label="Method" options={methods} />
              <TextField
                {...{ control }}
                name="path"
                label="Path"
                description={`Below ${uri}`}
                mono
                autoComplete="off"
              />
            </div>
            <JsonField {...{ control }} name="query" label="Query" />
            <JsonField
              {...{ control }}
              name="body"
              label="Body"
              description="Sent as JSON; empty: none."
              placeholder=""
            />
            <SubmitButton size="sm" className="self-start max-sm:self-stretch">
              <Send aria-hidden /> Send
            </SubmitButton>
          </Form>
        </CardContent>
      </Card>
      <Answer answer={send.data} />
    </div>
  );
}

function Answer({ answer }: { answer: ApiAnswer | undefined }) {
  return (
    <Card aria-live="polite">
      <CardHeader className="flex flex-row items-center gap-2.5">
        <CardTitle>Answer</CardTitle>
        {answer && <Badge tone={answer.status < 400 ? "success" : "danger"}>{answer.status}</Badge>}
        {answer?.content_type && (
          <span className="truncate text-muted-foreground text-xs">{answer.content_type}</span>
        )}
      </CardHeader>
      <CardContent>
        {!answer && <p className="text-muted-foreground text-sm">Nothing has been sent yet.</p>}
        {answer && answer.json !== undefined && <JsonView value={answer.json} what="answer" />}
        {answer && answer.json === undefined && (
          <CodeBlock code={answer.text ?? answer.base64 ?? ""} what="answer" />
        )}
      </CardContent>
    </Card>
  );
}
