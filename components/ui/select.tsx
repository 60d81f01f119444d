"use client";

import { Check, ChevronDown, ChevronUp } from "lucide-react";
import { Select as SelectPrimitive } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn.ts";
import { controlStyle } from "./input.tsx";

export type SelectOption = { value: string; label: string; description?: string };

type SelectProps = Omit<ComponentProps<typeof SelectPrimitive.Root>, "children"> &
  Pick<
    ComponentProps<"button">,
    "id" | "className" | "aria-label" | "aria-invalid" | "aria-describedby" | "ref" | "onBlur"
  > & {
    options: readonly SelectOption[];
    placeholder?: string;
    /** Stands before the chosen value, muted: `Type: api`. */
    prefix?: ReactNode;
  };

/** A choice of one among a handful. Option values must not be empty strings. */
export function Select({
  options,
  placeholder,
  prefix,
  id,
  className,
  ref,
  onBlur,
  "aria-label": ariaLabel,
  "aria-invalid": ariaInvalid,
  "aria-describedby": ariaDescribedby,
  ...props
}: SelectProps) {
  return (
    <SelectPrimitive.Root {...props}>
      <SelectPrimitive.Trigger
        id={id}
        ref={ref}
        onBlur={onBlur}
        aria-label={ariaLabel}
        aria-invalid={ariaInvalid}
        aria-describedby={ariaDescribedby}
        className={cn(
          controlStyle,
          "flex h-9 items-center justify-between gap-2 whitespace-nowrap text-left data-[placeholder]:text-muted-foreground touch:h-11",
          className,
        )}
      >
        <span className="min-w-0 truncate">
          {prefix && <span className="text-muted-foreground">{prefix} </span>}
          <SelectPrimitive.Value placeholder={placeholder} />
        </span>
        <SelectPrimitive.Icon asChild>
          <ChevronDown aria-hidden className="size-4 shrink-0 text-muted-foreground" />
        </SelectPrimitive.Icon>
      </SelectPrimitive.Trigger>
      <SelectPrimitive.Portal>
        <SelectPrimitive.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className="data-[state=open]:fade-in-0 data-[state=open]:zoom-in-98 z-50 max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) max-w-[calc(100vw-1rem)] overflow-hidden rounded-md border bg-popover shadow-lg data-[state=open]:animate-in"
        >
          <SelectPrimitive.ScrollUpButton className="flex justify-center py-1 text-muted-foreground">
            <ChevronUp aria-hidden className="size-4" />
          </SelectPrimitive.ScrollUpButton>
          <SelectPrimitive.Viewport className="p-1">
            {options.map((option) => (
              <SelectPrimitive.Item
                key={option.value}
                value={option.value}
                className="relative flex cursor-default select-none flex-col justify-center rounded-sm py-1.5 pr-8 pl-2 text-sm outline-none data-[highlighted]:bg-accent touch:min-h-11"
              >
                <SelectPrimitive.ItemText>{option.label}</SelectPrimitive.ItemText>
                {option.description && (
                  <span className="text-muted-foreground text-xs">{option.description}</span>
                )}
                <SelectPrimitive.ItemIndicator className="absolute right-2">
                  <Check aria-hidden className="size-4 text-primary-text" />
                </SelectPrimitive.ItemIndicator>
              </SelectPrimitive.Item>
            ))}
          </SelectPrimitive.Viewport>
          <SelectPrimitive.ScrollDownButton className="flex justify-center py-1 text-muted-foreground">
            <ChevronDown aria-hidden className="size-4" />
          </SelectPrimitive.ScrollDownButton>
        </SelectPrimitive.Content>
      </SelectPrimitive.Portal>
    </SelectPrimitive.Root>
  );
}
