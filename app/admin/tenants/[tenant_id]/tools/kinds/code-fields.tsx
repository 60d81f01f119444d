"use client";

import { useFormContext } from "react-hook-form";
import { CodeField } from "#components/forms/code-field.tsx";
import { NumberField } from "#components/forms/number-field.tsx";
import { TextareaField } from "#components/forms/textarea-field.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import type { CodeFormValues } from "./code-form.ts";

const limits = [
  { name: "code.wall_ms", label: "Whole time", suffix: "ms", placeholder: "10000" },
  { name: "code.cpu_ms", label: "Processor time", suffix: "ms", placeholder: "1000" },
  { name: "code.memory_mb", label: "Memory", suffix: "MB", placeholder: "32" },
  { name: "code.output_bytes", label: "Result", suffix: "bytes", placeholder: "1048576" },
] as const;

/** The tenant's own code, and what it may use and reach. */
export function CodeFields() {
  const { control } = useFormContext<{ code: CodeFormValues }>();
  return (
    <>
      <Card>
        <CardHeader>
          <CardTitle>Code</CardTitle>
          <CardDescription>
            JavaScript or TypeScript in a sandbox: a body that returns the result, or a module whose
            default export is a function of args and ctx.
          </CardDescription>
        </CardHeader>
        <CardContent>
          <CodeField
            {...{ control }}
            name="code.source"
            label="Source"
            language="typescript"
            description="It finds args, fetch, secrets, memory, resources, tools.call, progress and console."
          />
        </CardContent>
      </Card>
      <Card>
        <CardHeader>
          <CardTitle>Sandbox</CardTitle>
          <CardDescription>
            What the code may reach, and what one call of it may use before it is ended.
          </CardDescription>
        </CardHeader>
        <CardContent className="grid items-start gap-x-6 gap-y-5 sm:grid-cols-2 lg:grid-cols-4">
          <TextareaField
            {...{ control }}
            name="code.fetch_allow"
            label="Hosts for fetch"
            description="One a line, such as api.example.com or *.example.com; none: no fetch."
            placeholder="api.example.com"
            className="sm:col-span-2"
          />
          <TextareaField
            {...{ control }}
            name="code.secrets"
            label="Secrets"
            description="Names that secrets.get may give it, one a line."
            placeholder="CRM_TOKEN"
            className="sm:col-span-2"
          />
          {limits.map((limit) => (
            <NumberField key={limit.name} {...{ control }} {...limit} min={1} />
          ))}
        </CardContent>
      </Card>
    </>
  );
}
