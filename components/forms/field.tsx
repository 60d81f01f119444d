"use client";

import { type ReactNode, useId } from "react";
import { type Control, type FieldPath, type FieldValues, useController } from "react-hook-form";
import { cn } from "#components/ui/cn.ts";
import { Label } from "#components/ui/label.tsx";

/** What every field takes: `control` of the form, and a name that the form's values have. */
export type FieldProps<I extends FieldValues, O> = {
  control: Control<I, unknown, O>;
  name: FieldPath<I>;
  label: string;
  description?: ReactNode;
  disabled?: boolean;
  className?: string;
};

/** Joins a control to react-hook-form and to its label, description and error by id. */
export function useField<I extends FieldValues, O>({
  control,
  name,
  description,
  disabled = false,
}: Pick<FieldProps<I, O>, "control" | "name" | "description" | "disabled">) {
  const id = useId();
  const { field, fieldState } = useController({ control, name });
  const error = fieldState.error?.message;
  const describedBy = [description && `${id}-description`, error && `${id}-error`];
  return {
    id,
    error,
    field,
    controlProps: {
      id,
      disabled,
      "aria-invalid": error ? true : undefined,
      "aria-describedby": describedBy.filter(Boolean).join(" ") || undefined,
    },
  };
}

type FieldShellProps = {
  id: string;
  label: string;
  description?: ReactNode;
  error: string | undefined;
  /** At the right of the label: a small button or a hint. */
  aside?: ReactNode;
  className?: string | undefined;
  children: ReactNode;
};

export function FieldShell({
  id,
  label,
  description,
  error,
  aside,
  className,
  children,
}: FieldShellProps) {
  return (
    <div className={cn("flex min-w-0 flex-col gap-2", className)}>
      <div className="flex min-h-4 items-center justify-between gap-2">
        <Label htmlFor={id}>{label}</Label>
        {aside}
      </div>
      {children}
      <FieldNotes id={id} description={description} error={error} />
    </div>
  );
}

export function FieldNotes({
  id,
  description,
  error,
}: Pick<FieldShellProps, "id" | "description" | "error">) {
  return (
    <>
      {description && (
        <p id={`${id}-description`} className="text-muted-foreground text-xs">
          {description}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="font-medium text-destructive-text text-xs">
          {error}
        </p>
      )}
    </>
  );
}
