"use client";

import type { ComponentProps } from "react";
import { useFormState } from "react-hook-form";
import { Button } from "#components/ui/button.tsx";

type SubmitButtonProps = Omit<ComponentProps<typeof Button>, "type" | "asChild" | "pending">;

/** The submit button of the `Form` around it: a spinner, and no second submit, while one runs. */
export function SubmitButton(props: SubmitButtonProps) {
  const { isSubmitting } = useFormState();
  return <Button type="submit" pending={isSubmitting} {...props} />;
}
