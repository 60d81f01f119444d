"use client";

import { Plus, X } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { exampleOf } from "../example-arguments.ts";
import type { OuterFieldProps } from "./argument-field-props.ts";

type ItemsFieldProps = OuterFieldProps & { /** Of each item. */ schema: unknown };

/** A list whose items have fields of their own. */
export function ItemsField({
  argument,
  root,
  value,
  onChange,
  depth,
  schema,
  Field,
}: ItemsFieldProps) {
  const items: unknown[] = Array.isArray(value) ? value : [];
  // Fields keep what is typed, so that an item needs a key of its own, whatever its place.
  const [keys, setKeys] = useState(() => items.map((_, at) => at));
  const known = items.map((_, at) => keys[at] ?? at);
  const put = (next: unknown[], ids: number[]) => {
    setKeys(ids);
    onChange(next.length === 0 && !argument.isRequired ? undefined : next);
  };
  return (
    <div className="clear-both flex min-w-0 flex-col gap-3">
      {items.map((item, at) => (
        <div key={known[at]} className="flex min-w-0 items-start gap-2">
          <div className="min-w-0 flex-1">
            <Field
              argument={{
                ...{ name: String(at), label: `${argument.label} ${at + 1}` },
                ...{ description: undefined, isRequired: true, schema },
              }}
              {...{ root }}
              depth={depth + 1}
              value={item}
              onChange={(next) => onChange(items.with(at, next === undefined ? null : next))}
            />
          </div>
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label={`Remove ${argument.label} ${at + 1}`}
            onClick={() =>
              put(
                items.filter((_, other) => other !== at),
                known.filter((_, other) => other !== at),
              )
            }
          >
            <X aria-hidden />
          </Button>
        </div>
      ))}
      <Button
        variant="outline"
        size="sm"
        className="self-start"
        aria-label={`Add to ${argument.label}`}
        onClick={() =>
          put([...items, exampleOf(schema, root)], [...known, Math.max(-1, ...known) + 1])
        }
      >
        <Plus aria-hidden /> Add
      </Button>
    </div>
  );
}
