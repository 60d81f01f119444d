"use client";

import { ToggleGroup } from "radix-ui";

type SegmentedProps<V extends string> = {
  /** What is chosen: "Theme". */
  label: string;
  options: readonly { value: V; label: string }[];
  value: V;
  onValueChange: (value: V) => void;
};

/** A choice between a few, one of which is always made. */
export function Segmented<V extends string>({
  label,
  options,
  value,
  onValueChange,
}: SegmentedProps<V>) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value}
      // A click on what is chosen already would choose nothing.
      onValueChange={(next) => next !== "" && onValueChange(next as V)}
      className="inline-flex w-fit items-center gap-0.5 rounded-md border bg-muted p-0.5"
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          className="inline-flex h-7 items-center whitespace-nowrap rounded-sm px-2.5 font-medium text-muted-foreground text-xs transition-colors hover:text-foreground data-[state=on]:bg-card data-[state=on]:text-foreground data-[state=on]:shadow-xs touch:h-11 touch:px-3 dark:data-[state=on]:bg-accent"
        >
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
