"use client";

import { ArrowUp, Plus, X } from "lucide-react";
import { useFieldArray, useFormContext } from "react-hook-form";
import { NumberField } from "#components/forms/number-field.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { Button } from "#components/ui/button.tsx";
import { mostTargets } from "#lib/gateway/schema.ts";
import { emptyTarget, type RouteValues } from "./route-form-schema.ts";

/** The models of a route, in the order in which they are asked. */
export function TargetFields() {
  const { control } = useFormContext<RouteValues>();
  const { fields, append, remove, move } = useFieldArray({ control, name: "targets" });
  return (
    <div className="flex min-w-0 flex-col gap-3">
      {fields.map((row, index) => (
        <fieldset key={row.id} className="flex min-w-0 items-start gap-2">
          <legend className="sr-only">Model {index + 1}</legend>
          <div className="grid min-w-0 flex-1 gap-2 sm:grid-cols-[3fr_1fr]">
            <TextField
              {...{ control }}
              name={`targets.${index}.model`}
              label={index === 0 ? "Model" : `Model ${index + 1}`}
              placeholder="openai/gpt-5-mini"
              mono
              autoComplete="off"
            />
            <NumberField
              {...{ control }}
              name={`targets.${index}.weight`}
              label={index === 0 ? "Weight" : `Weight ${index + 1}`}
              placeholder="None"
              min={0}
            />
          </div>
          <Button
            variant="ghost"
            size="icon"
            className="mt-6"
            aria-label={`Ask model ${index + 1} earlier`}
            disabled={index === 0}
            onClick={() => move(index, index - 1)}
          >
            <ArrowUp aria-hidden />
          </Button>
          <Button
            variant="ghost"
            size="icon"
            className="mt-6"
            aria-label={`Remove model ${index + 1}`}
            disabled={fields.length === 1}
            onClick={() => remove(index)}
          >
            <X aria-hidden />
          </Button>
        </fieldset>
      ))}
      {fields.length < mostTargets && (
        <Button
          variant="outline"
          size="sm"
          className="self-start"
          onClick={() => append(emptyTarget)}
        >
          <Plus aria-hidden /> Add model
        </Button>
      )}
    </div>
  );
}
