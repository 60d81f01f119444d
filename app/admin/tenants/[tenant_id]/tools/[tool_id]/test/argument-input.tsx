"use client";

import { type ComponentProps, useState } from "react";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import { Textarea } from "#components/ui/textarea.tsx";
import type { ReadArgument } from "./argument-kind.ts";

type ArgumentInputProps = {
  id: string;
  kind: Exclude<ReadArgument, { kind: "group" | "items" | "variants" }>;
  /** Where no label names the input by its id. */
  label?: string;
  isRequired: boolean;
  value: unknown;
  /** Given undefined for an argument that is not sent. */
  onChange: (value: unknown) => void;
  describedBy: string | undefined;
};

/** Formats that browsers have a keyboard or a picker for; others are plain text. */
const inputTypes: Record<string, string> = { date: "date", email: "email", uri: "url" };

// Radix takes no empty value.
const unsent = "unsent\u0000";

export function ArgumentInput({
  id,
  kind,
  label,
  isRequired,
  value,
  onChange,
  describedBy,
}: ArgumentInputProps) {
  const common = { id, "aria-describedby": describedBy, "aria-label": label };
  if (value === null && kind.nullable && kind.kind !== "choice") {
    return <Input {...common} value="null" readOnly />;
  }
  switch (kind.kind) {
    case "choice": {
      const canBeNull = kind.nullable && !kind.values.includes(null);
      const values = canBeNull ? [...kind.values, null] : kind.values;
      const options = values.map((_, at) => ({
        value: String(at),
        label: kind.labels[at] ?? "null",
      }));
      const at = values.findIndex((each) => JSON.stringify(each) === JSON.stringify(value));
      return (
        <Select
          {...common}
          options={isRequired ? options : [{ value: unsent, label: "Not sent" }, ...options]}
          placeholder="Choose…"
          value={at === -1 ? (isRequired ? "" : unsent) : String(at)}
          onValueChange={(next) => onChange(next === unsent ? undefined : values[Number(next)])}
        />
      );
    }
    case "text": {
      const text = typeof value === "string" ? value : "";
      // A required text may be empty; another one that is empty is not sent.
      const change = (next: string) => onChange(next === "" && !isRequired ? undefined : next);
      return kind.long ? (
        <Textarea {...common} value={text} onChange={({ target }) => change(target.value)} />
      ) : (
        <Input
          {...common}
          type={inputTypes[kind.format ?? ""] ?? "text"}
          value={text}
          autoComplete="off"
          onChange={({ target }) => change(target.value)}
        />
      );
    }
    case "number":
      return (
        <TypedText
          {...common}
          as={Input}
          inputMode={kind.whole ? "numeric" : "decimal"}
          initial={value === undefined ? "" : String(value)}
          read={toNumber}
          isGood={(number) => fits(kind, number)}
          onValue={onChange}
        />
      );
    case "lines":
      return (
        <TypedText
          {...common}
          as={Textarea}
          initial={Array.isArray(value) ? value.map(String).join("\n") : ""}
          read={(text) => toLines(text, kind.of)}
          onValue={onChange}
        />
      );
    case "json":
      return (
        <TypedText
          {...common}
          as={Textarea}
          className="font-mono text-xs touch:text-base"
          initial={value === undefined ? "" : JSON.stringify(value, null, 2)}
          read={(text) => JSON.parse(text)}
          onValue={onChange}
        />
      );
  }
}

function toNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new Error("no number");
  return value;
}

function fits({ whole, min, max }: Bounds, value: unknown): boolean {
  if (typeof value !== "number" || (whole && !Number.isInteger(value))) return false;
  return (min === null || value >= min) && (max === null || value <= max);
}

function toLines(text: string, of: "text" | "number"): unknown[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return of === "number" ? lines.map(toNumber) : lines;
}

type Bounds = Extract<ReadArgument, { kind: "number" }>;

type TypedTextProps = {
  as: typeof Input | typeof Textarea;
  initial: string;
  /** Throws for a text that is none of its values. */
  read: (text: string) => unknown;
  /** False for a value that is shown as wrong, and sent all the same. */
  isGood?: (value: unknown) => boolean;
  onValue: (value: unknown) => void;
} & Pick<
  ComponentProps<"input">,
  "id" | "inputMode" | "className" | "aria-describedby" | "aria-label"
>;

/** A text that stands for a value: kept as it is typed, so that half a value can be. */
function TypedText({ as: Control, initial, read, isGood, onValue, ...rest }: TypedTextProps) {
  const [text, setText] = useState(initial);
  const [wrong, setWrong] = useState(false);
  function change(next: string) {
    setText(next);
    if (next.trim() === "") {
      setWrong(false);
      onValue(undefined);
      return;
    }
    try {
      const value = read(next);
      onValue(value);
      setWrong(isGood?.(value) === false);
    } catch {
      // Sent as it is typed: the tool's own check says what is wrong with it.
      onValue(next);
      setWrong(true);
    }
  }
  return (
    <Control
      {...rest}
      value={text}
      spellCheck={false}
      autoComplete="off"
      aria-invalid={wrong || undefined}
      onChange={({ target }: { target: { value: string } }) => change(target.value)}
    />
  );
}
