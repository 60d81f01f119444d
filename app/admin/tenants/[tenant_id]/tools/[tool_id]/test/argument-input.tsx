"use client";

import { type ComponentProps, useState } from "react";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import { Textarea } from "#components/ui/textarea.tsx";
import type { ArgumentKind } from "./argument-kind.ts";

type ArgumentInputProps = {
  id: string;
  kind: Exclude<ArgumentKind, { kind: "group" }>;
  isRequired: boolean;
  value: unknown;
  /** Given undefined for an argument that is not sent. */
  onChange: (value: unknown) => void;
  describedBy: string | undefined;
};

// Radix takes no empty value.
const unsent = "unsent\u0000";

export function ArgumentInput({
  id,
  kind,
  isRequired,
  value,
  onChange,
  describedBy,
}: ArgumentInputProps) {
  const common = { id, "aria-describedby": describedBy };
  switch (kind.kind) {
    case "choice": {
      const options = kind.values.map((each, at) => ({
        value: String(at),
        label: typeof each === "string" ? each : JSON.stringify(each),
      }));
      const at = kind.values.findIndex((each) => JSON.stringify(each) === JSON.stringify(value));
      return (
        <Select
          {...common}
          options={isRequired ? options : [{ value: unsent, label: "Not sent" }, ...options]}
          placeholder="Choose…"
          value={at === -1 ? (isRequired ? "" : unsent) : String(at)}
          onValueChange={(next) =>
            onChange(next === unsent ? undefined : kind.values[Number(next)])
          }
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

function toLines(text: string, of: "text" | "number"): unknown[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return of === "number" ? lines.map(toNumber) : lines;
}

type TypedTextProps = {
  as: typeof Input | typeof Textarea;
  initial: string;
  /** Throws for a text that is none of its values. */
  read: (text: string) => unknown;
  onValue: (value: unknown) => void;
} & Pick<ComponentProps<"input">, "id" | "inputMode" | "className" | "aria-describedby">;

/** A text that stands for a value: kept as it is typed, so that half a value can be. */
function TypedText({ as: Control, initial, read, onValue, ...rest }: TypedTextProps) {
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
      onValue(read(next));
      setWrong(false);
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
