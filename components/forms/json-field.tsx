"use client";

import type { KeyboardEvent } from "react";
import type { FieldValues } from "react-hook-form";
import { Button } from "#components/ui/button.tsx";
import { Textarea } from "#components/ui/textarea.tsx";
import { type FieldProps, FieldShell, useField } from "./field.tsx";

type JsonFieldProps<I extends FieldValues, O> = FieldProps<I, O> & { placeholder?: string };

/** JSON as text: the schema of its name is `jsonText(…)`. */
export function JsonField<I extends FieldValues, O>({
  label,
  description,
  className,
  control,
  name,
  disabled = false,
  placeholder = "{}",
}: JsonFieldProps<I, O>) {
  const { id, error, field, controlProps } = useField({ control, name, description, disabled });
  const text = String(field.value ?? "");
  const formatted = format(text);
  const aside = (
    <Button
      variant="ghost"
      size="sm"
      className="-my-2 -mr-2.5 h-7 touch:-my-3.5 touch:h-11"
      disabled={disabled || formatted === null || formatted === text}
      onClick={() => field.onChange(formatted)}
    >
      Format
    </Button>
  );
  return (
    <FieldShell {...{ id, label, description, error, className, aside }}>
      <Textarea
        {...controlProps}
        {...field}
        value={text}
        placeholder={placeholder}
        spellCheck={false}
        autoCapitalize="off"
        onKeyDown={indent}
        className="max-h-96 min-h-32 font-mono text-xs leading-5 touch:text-base"
      />
      <p aria-live="polite" className="sr-only">
        {formatted === null && text.trim() !== "" ? "Not valid JSON yet" : ""}
      </p>
    </FieldShell>
  );
}

function format(text: string): string | null {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return null;
  }
}

// Enter keeps the line's indent; Tab is left alone, it has to leave the box.
function indent(event: KeyboardEvent<HTMLTextAreaElement>) {
  if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
  const { value, selectionStart } = event.currentTarget;
  const line = value.slice(value.lastIndexOf("\n", selectionStart - 1) + 1, selectionStart);
  const spaces = /^ */.exec(line)?.[0] ?? "";
  const deeper = /[{[]\s*$/.test(line) ? "  " : "";
  if (spaces === "" && deeper === "") return;
  event.preventDefault();
  // execCommand, because it keeps the browser's own undo history.
  document.execCommand("insertText", false, `\n${spaces}${deeper}`);
}
