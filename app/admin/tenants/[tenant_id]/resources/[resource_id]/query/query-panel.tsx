"use client";

import { useMutation } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { useState } from "react";
import { z } from "zod";
import { CodeField } from "#components/forms/code-field.tsx";
import { Form, useZodForm } from "#components/forms/form.tsx";
import { JsonField } from "#components/forms/json-field.tsx";
import { jsonText } from "#components/forms/schema.ts";
import { SelectField } from "#components/forms/select-field.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Card, CardContent } from "#components/ui/card.tsx";
import { messageOf, toFailure } from "#lib/client/api-error.ts";
import { executeInDatabase, queryDatabase } from "#lib/client/resource-use.ts";
import {
  executeInput,
  queryInput,
  type ResultSet,
} from "#lib/resources/drivers/database/connection-schema.ts";
import { ResultTable } from "./result-table.tsx";
import { TableBrowser } from "./table-browser.tsx";

const schema = z.object({
  mode: z.enum(["read", "write", "admin"]),
  sql: queryInput.shape.sql,
  params: jsonText(executeInput.shape.params.unwrap()),
});
type Statement = z.output<typeof schema>;

const modes = [
  { value: "read", label: "Read", description: "One SELECT, read only" },
  { value: "write", label: "Change data", description: "INSERT, UPDATE, DELETE, MERGE" },
  { value: "admin", label: "Administer", description: "Anything, DDL too" },
];

interface Answer {
  /** What was changed; null for a read. */
  done: string | null;
  result: ResultSet | null;
  statement: Statement;
}

type QueryPanelProps = { tenantId: string; resourceId: string };

/** SQL and its answer, a page at a time, beside the tables that there are. */
export function QueryPanel({ tenantId, resourceId }: QueryPanelProps) {
  const form = useZodForm(schema, { mode: "read", sql: "select 1", params: "[]" });
  const { control } = form;
  const [answer, setAnswer] = useState<Answer | null>(null);
  const run = useMutation({
    onSuccess: setAnswer,
    async mutationFn(asked: { statement: Statement; cursor?: string }): Promise<Answer> {
      const { statement, cursor } = asked;
      const { mode, sql, params } = statement;
      if (mode === "read") {
        const result = await queryDatabase(tenantId, resourceId, { sql, params, cursor });
        return { done: null, result, statement };
      }
      const answer = await executeInDatabase(tenantId, resourceId, { sql, params, mode });
      const { command, affected_rows: rows, returned } = answer;
      return { done: rows === null ? command : `${command}: ${rows}`, result: returned, statement };
    },
  });
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_18rem]">
      <div className="flex min-w-0 flex-col gap-4">
        <Card>
          <CardContent>
            <Form
              form={form}
              onSubmit={async (statement) => {
                try {
                  await run.mutateAsync({ statement });
                  return undefined;
                } catch (error) {
                  const { detail, errors } = toFailure(error);
                  return { detail: errors?.[0]?.message ?? detail };
                }
              }}
            >
              <CodeField {...{ control }} name="sql" label="SQL" language="sql" />
              <div className="grid items-start gap-4 sm:grid-cols-2">
                <SelectField {...{ control }} name="mode" label="May" options={modes} />
                <JsonField
                  {...{ control }}
                  name="params"
                  label="Parameters"
                  description="A list for $1, $2, …"
                  placeholder="[]"
                />
              </div>
              <SubmitButton size="sm" className="self-start max-sm:self-stretch">
                <Play aria-hidden /> Run
              </SubmitButton>
            </Form>
          </CardContent>
        </Card>
        {answer?.done && <Alert tone="info" role="status" title={answer.done} />}
        {answer?.result && (
          <ResultTable
            result={answer.result}
            pending={run.isPending}
            onNext={(cursor) => run.mutate({ statement: answer.statement, cursor })}
          />
        )}
        {run.error && run.variables.cursor !== undefined && (
          <Alert tone="danger" title="Not run">
            {messageOf(run.error)}
          </Alert>
        )}
      </div>
      <TableBrowser
        {...{ tenantId, resourceId }}
        onPick={(sql) => {
          form.setValue("mode", "read");
          form.setValue("params", "[]");
          form.setValue("sql", sql, { shouldValidate: true });
        }}
      />
    </div>
  );
}
