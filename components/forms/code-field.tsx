"use client";

import type { EditorView } from "codemirror";
import { useEffect, useRef, useState } from "react";
import type { FieldValues } from "react-hook-form";
import { cn } from "#components/ui/cn.ts";
import { controlStyle } from "#components/ui/input.tsx";
import { Textarea } from "#components/ui/textarea.tsx";
import type { CodeLanguage } from "./code-editor.ts";
import { type FieldProps, FieldShell, useField } from "./field.tsx";

type CodeFieldProps<I extends FieldValues, O> = FieldProps<I, O> & { language: CodeLanguage };

/** Code with line numbers and colours; a plain box until the editor has been loaded. */
export function CodeField<I extends FieldValues, O>({
  label,
  description,
  className,
  control,
  name,
  disabled = false,
  language,
}: CodeFieldProps<I, O>) {
  const { id, error, field, controlProps } = useField({ control, name, description, disabled });
  const text = String(field.value ?? "");
  const parent = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<EditorView | null>(null);
  // What the editor reports to and starts with, as of the last render.
  const latest = useRef({ field, text });
  latest.current = { field, text };
  const describedBy = controlProps["aria-describedby"];
  const isInvalid = error !== undefined;

  useEffect(() => {
    let editor: EditorView | null = null;
    let isGone = false;
    void import("./code-editor.ts").then(({ openEditor }) => {
      if (isGone || !parent.current) return;
      editor = openEditor({
        ...{ parent: parent.current, text: latest.current.text, language, readOnly: disabled },
        attributes: { id, "aria-label": label, "aria-multiline": "true" },
        onChange: (changed) => latest.current.field.onChange(changed),
        onBlur: () => latest.current.field.onBlur(),
      });
      // So that react-hook-form can move the focus to a mistake.
      latest.current.field.ref({ focus: () => editor?.focus() });
      setView(editor);
    });
    return () => {
      isGone = true;
      editor?.destroy();
      setView(null);
    };
  }, [id, label, language, disabled]);

  // The form may change the text itself, as when it is reset.
  useEffect(() => {
    const shown = view?.state.doc.toString();
    if (!view || shown === text) return;
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
  }, [view, text]);

  useEffect(() => {
    if (!view) return;
    const box = view.contentDOM;
    if (describedBy) box.setAttribute("aria-describedby", describedBy);
    else box.removeAttribute("aria-describedby");
    box.setAttribute("aria-invalid", String(isInvalid));
  }, [view, describedBy, isInvalid]);

  return (
    <FieldShell {...{ id, label, description, error, className }}>
      <div
        ref={parent}
        aria-invalid={isInvalid || undefined}
        className={cn(
          controlStyle,
          "overflow-hidden px-0 text-xs focus-within:border-ring focus-within:ring-2 focus-within:ring-ring/45",
          !view && "hidden",
          disabled && "bg-muted opacity-70",
        )}
      />
      {!view && (
        <Textarea
          {...controlProps}
          {...field}
          value={text}
          spellCheck={false}
          autoCapitalize="off"
          className="max-h-[32rem] min-h-40 font-mono text-xs leading-5 touch:text-base"
        />
      )}
    </FieldShell>
  );
}
