"use client";

import { useId, useState } from "react";
import { Badge } from "#components/ui/badge.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { Input } from "#components/ui/input.tsx";
import { Label } from "#components/ui/label.tsx";
import type { PromptMessage } from "#lib/prompts/content-schema.ts";
import { fillMessage } from "#lib/prompts/template.ts";
import { MessageView } from "./message-view.tsx";

type PreviewArgument = {
  name: string;
  title?: string | undefined;
  required: boolean;
  completions: readonly string[];
};

type PromptPreviewProps = {
  messages: readonly PromptMessage[];
  arguments: readonly PreviewArgument[];
};

/** The messages as a client gets them, with sample values that are typed here and kept nowhere. */
export function PromptPreview({ messages, arguments: declared }: PromptPreviewProps) {
  const [values, setValues] = useState<Record<string, string>>({});
  const named = declared.filter(({ name }) => name !== "");
  // Until a value is there its placeholder stays, so that one sees where it goes.
  const valueFor = (name: string) => (Object.hasOwn(values, name) && values[name]) || `{{${name}}}`;
  return (
    <Card>
      <CardHeader>
        <CardTitle>Preview</CardTitle>
        <CardDescription>
          {named.length === 0
            ? "What a client gets."
            : "What a client gets. An optional argument that it leaves out becomes the empty text."}
        </CardDescription>
      </CardHeader>
      <CardContent className="flex flex-col gap-5">
        {named.length > 0 && (
          <div className="grid items-end gap-3 sm:grid-cols-2">
            {named.map((argument) => (
              <Sample
                key={argument.name}
                argument={argument}
                value={(Object.hasOwn(values, argument.name) && values[argument.name]) || ""}
                onChange={(value) => setValues({ ...values, [argument.name]: value })}
              />
            ))}
          </div>
        )}
        <ol aria-label="Messages" className="flex min-w-0 flex-col gap-4">
          {messages.map((message, at) => (
            // Messages have no identity but their place.
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            <MessageView key={at} message={fillMessage(message, valueFor)} />
          ))}
        </ol>
      </CardContent>
    </Card>
  );
}

type SampleProps = {
  argument: PreviewArgument;
  value: string;
  onChange: (value: string) => void;
};

function Sample({
  argument: { name, title, required, completions },
  value,
  onChange,
}: SampleProps) {
  const id = useId();
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <div className="flex min-h-4 items-center justify-between gap-2">
        <Label htmlFor={id} className="min-w-0 [overflow-wrap:anywhere]">
          {title || name}
        </Label>
        {required && <Badge tone="accent">Required</Badge>}
      </div>
      <Input
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        placeholder={`{{${name}}}`}
        autoComplete="off"
        {...(completions.length > 0 ? { list: `${id}-values` } : {})}
      />
      {completions.length > 0 && (
        <datalist id={`${id}-values`}>
          {completions.slice(0, 100).map((completion) => (
            <option key={completion} value={completion} />
          ))}
        </datalist>
      )}
    </div>
  );
}
