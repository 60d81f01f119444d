"use client";

import { CircleHelp } from "lucide-react";
import { useState } from "react";
import { z } from "zod";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { checkAccess } from "#lib/client/resource-access.ts";
import { type CheckAnswer, type CheckInput, checkInput } from "#lib/resources/access/schema.ts";
import { wordsOf } from "./grant-form.ts";
import type { SubjectOptions } from "./load-subjects.ts";
import { SubjectFields } from "./subject-fields.tsx";
import { subjectFields, subjectValues, toSubject } from "./subject-form.ts";

const me = { value: "me", label: "Me" };

function formOf(options: SubjectOptions) {
  return z
    .object({
      ...subjectFields,
      type: z.enum([me.value, ...subjectFields.type.options]),
      permission: checkInput.shape.permission,
      path: z.string().trim(),
      tables: z.string(),
    })
    .transform(({ type, permission, path, tables, ...rest }, context): CheckInput => {
      const known = subjectFields.type.options.find((each) => each === type);
      return {
        permission,
        ...(known ? { subject: toSubject({ ...rest, type: known }, options, context) } : {}),
        ...(path === "" ? {} : { path }),
        ...(wordsOf(tables).length === 0 ? {} : { tables: wordsOf(tables) }),
      };
    });
}

type CheckFormProps = { tenantId: string; resourceId: string; subjects: SubjectOptions };

/** One question, answered with its reason. */
export function CheckForm({ tenantId, resourceId, subjects }: CheckFormProps) {
  const [answer, setAnswer] = useState<CheckAnswer | null>(null);
  const form = useZodForm(formOf(subjects), {
    ...{ ...subjectValues(subjects), permission: "read", path: "", tables: "" },
  });
  const { control } = form;

  async function ask(input: CheckInput): Promise<FormFailure | undefined> {
    setAnswer(null);
    try {
      setAnswer(await checkAccess(tenantId, resourceId, input));
      return undefined;
    } catch (error) {
      const { detail } = toFailure(error);
      return { detail };
    }
  }

  return (
    <Card>
      <CardHeader>
        <CardTitle>Check</CardTitle>
        <CardDescription>May somebody do this, as it stands now? Without doing it.</CardDescription>
      </CardHeader>
      <CardContent className="flex flex-col gap-4">
        <Form form={form} onSubmit={ask}>
          <SubjectFields {...{ control }} options={subjects} label="May" before={[me]} />
          <div className="grid items-start gap-3 sm:grid-cols-3">
            <TextField
              {...{ control }}
              name="permission"
              label="Use the permission"
              mono
              autoComplete="off"
            />
            <TextField
              {...{ control }}
              name="path"
              label="At the path"
              placeholder="reports/2026"
              mono
              autoComplete="off"
            />
            <TextField
              {...{ control }}
              name="tables"
              label="On the tables"
              placeholder="public.orders"
              mono
              autoComplete="off"
            />
          </div>
          <SubmitButton variant="outline" size="sm" className="self-start">
            <CircleHelp aria-hidden /> Check
          </SubmitButton>
        </Form>
        {answer && (
          <Alert
            role="status"
            tone={answer.allowed ? "info" : "warning"}
            title={answer.allowed ? "Yes" : "No"}
          >
            {answer.reason}
          </Alert>
        )}
      </CardContent>
    </Card>
  );
}
