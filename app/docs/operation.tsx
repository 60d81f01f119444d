import { Link2 } from "lucide-react";
import type { ReactNode } from "react";
import { Badge } from "#components/ui/badge.tsx";
import { Card, CardContent } from "#components/ui/card.tsx";
import { MethodBadge } from "./method-badge.tsx";
import type { Entry } from "./reference.ts";
import { Property, Prose, SchemaTable, TypeText } from "./schema-table.tsx";
import { objectsIn } from "./schema-text.ts";

/** One operation: what it does, what it takes and what it answers. */
export function Operation({ entry: { method, path, operation } }: { entry: Entry }) {
  const { operationId, summary, description, parameters = [], requestBody, security } = operation;
  const open = security?.length === 0;
  const body = Object.values(requestBody?.content ?? {})[0];
  return (
    <Card id={operationId} aria-labelledby={`${operationId}-title`} className="scroll-mt-20">
      <CardContent className="flex flex-col gap-4">
        <div className="flex flex-col gap-2">
          <h3
            id={`${operationId}-title`}
            className="group flex flex-wrap items-center gap-x-2.5 gap-y-1"
          >
            <MethodBadge method={method} />
            <code className="font-medium font-mono text-sm [overflow-wrap:anywhere]">{path}</code>
            <a
              href={`#${operationId}`}
              aria-label={`Link to ${method} ${path}`}
              className="rounded-xs text-muted-foreground hover:text-foreground touch:p-3"
            >
              <Link2 aria-hidden className="size-4" />
            </a>
          </h3>
          <p className="text-sm">{summary}</p>
          {open ? (
            <p className="text-muted-foreground text-[0.8125rem]">Needs no credential.</p>
          ) : (
            description && <Prose text={description} />
          )}
        </div>
        {parameters.length > 0 && (
          <Part title="Parameters">
            <ul className="divide-y rounded-md border">
              {parameters.map(({ name, in: place, required = false, description, schema }) => (
                <li key={`${place}-${name}`} className="px-3 py-2.5">
                  <Property
                    name={name}
                    schema={description ? { ...schema, description } : schema}
                    required={required}
                    place={place}
                  />
                </li>
              ))}
            </ul>
          </Part>
        )}
        {body && (
          <Part title="Body" {...(requestBody?.required ? {} : { note: "optional" })}>
            <Content schema={body.schema} />
          </Part>
        )}
        {Object.entries(operation.responses)
          .filter(([status]) => status !== "default")
          .map(([status, response]) => (
            <Part key={status} title="Answer" note={status}>
              {Object.values(response.content ?? {}).map(({ schema }) => (
                <Content key={status} schema={schema} />
              ))}
            </Part>
          ))}
      </CardContent>
    </Card>
  );
}

function Content({ schema }: { schema: Record<string, unknown> }) {
  const objects = objectsIn(schema);
  return (
    <div className="flex flex-col gap-2">
      <p className="text-[0.8125rem]">
        <TypeText schema={schema} />
      </p>
      {Object.entries(objects).map(([at, object]) => (
        <SchemaTable key={at} schema={object} />
      ))}
    </div>
  );
}

type PartProps = { title: string; note?: string; children: ReactNode };

function Part({ title, note, children }: PartProps) {
  return (
    <section className="flex flex-col gap-2">
      <h4 className="flex items-center gap-2 font-medium text-[0.8125rem]">
        {title}
        {note && <Badge>{note}</Badge>}
      </h4>
      {children}
    </section>
  );
}
