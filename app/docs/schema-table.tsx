import { Badge } from "#components/ui/badge.tsx";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { boundTexts, objectsIn, referencesIn, typeText } from "./schema-text.ts";

// Deeper than any of ours; a schema that contains itself would otherwise never end.
const deepest = 6;

type SchemaTableProps = { schema: JsonObject; depth?: number };

/** The properties of an object, each with its type, bounds and own properties. */
export function SchemaTable({ schema, depth = 0 }: SchemaTableProps) {
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  const required: unknown[] = Array.isArray(schema.required) ? schema.required : [];
  return (
    <ul className="divide-y rounded-md border">
      {Object.entries(properties).map(([name, inner]) => (
        <li key={name} className="flex flex-col gap-2 px-3 py-2.5">
          <Property name={name} schema={inner} required={required.includes(name)} />
          {depth < deepest &&
            Object.entries(objectsIn(inner)).map(([at, object]) => (
              <SchemaTable key={at} schema={object} depth={depth + 1} />
            ))}
        </li>
      ))}
    </ul>
  );
}

type PropertyProps = { name: string; schema: unknown; required: boolean; place?: string };

/** One name with its type; `place` says where it goes when that is not the body. */
export function Property({ name, schema, required, place }: PropertyProps) {
  const description = isJsonObject(schema) ? schema.description : undefined;
  return (
    <div className="flex flex-col gap-1 text-[0.8125rem]">
      <p className="flex flex-wrap items-baseline gap-x-2 gap-y-1">
        <code className="font-medium font-mono [overflow-wrap:anywhere]">{name}</code>
        <TypeText schema={schema} />
        {place && <Badge>{place}</Badge>}
        {required && <Badge tone="warning">required</Badge>}
      </p>
      {typeof description === "string" && <Prose text={description} />}
      <Bounds schema={schema} />
    </div>
  );
}

function Bounds({ schema }: { schema: unknown }) {
  const texts = boundTexts(schema);
  if (texts.length === 0) return null;
  return (
    <p className="text-muted-foreground text-xs [overflow-wrap:anywhere]">{texts.join(" · ")}</p>
  );
}

/** A type in one line, its components as links. */
export function TypeText({ schema }: { schema: unknown }) {
  const text = typeText(schema);
  const [reference] = referencesIn(schema);
  const at = reference === undefined ? -1 : text.indexOf(reference);
  return (
    <span className="font-mono text-muted-foreground text-xs [overflow-wrap:anywhere]">
      {reference === undefined || at === -1 ? (
        text
      ) : (
        <>
          {text.slice(0, at)}
          <a
            href={`#schema-${reference}`}
            className="text-primary-text underline underline-offset-2 hover:no-underline"
          >
            {reference}
          </a>
          {text.slice(at + reference.length)}
        </>
      )}
    </span>
  );
}

/** A description, its `code` set as such. */
export function Prose({ text }: { text: string }) {
  return (
    <p className="text-muted-foreground text-[0.8125rem] [overflow-wrap:anywhere]">
      {Object.entries(text.split("`")).map(([at, part]) =>
        Number(at) % 2 === 1 ? (
          <code key={at} className="rounded-sm bg-muted px-1 py-0.5 font-mono text-xs">
            {part}
          </code>
        ) : (
          part
        ),
      )}
    </p>
  );
}
