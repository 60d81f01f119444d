"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { unstable_rethrow } from "next/navigation";
import type { BaseSyntheticEvent, ReactNode } from "react";
import {
  type DefaultValues,
  type FieldPath,
  type FieldValues,
  FormProvider,
  type UseFormReturn,
  useForm,
} from "react-hook-form";
import { z } from "zod";
import { Alert } from "#components/ui/alert.tsx";
import { cn } from "#components/ui/cn.ts";
import { plainMessage } from "#lib/core/plain-message.ts";

// zod would compile its parsers with `new Function`, which the pages' CSP forbids and reports.
z.config({ jitless: true });

/** Why a submit failed, in the terms of an RFC 9457 problem; serializable, for server actions. */
export type FormFailure = {
  detail: string;
  /** `pointer` is a JSON pointer into the values: `/tool_limits/max_tools`. */
  errors?: readonly { pointer: string; message: string }[];
};

/** react-hook-form over a zod schema: typed names in, the schema's output to `onSubmit`. */
export function useZodForm<I extends FieldValues, O>(
  schema: z.ZodType<O, I>,
  defaultValues: DefaultValues<I>,
): UseFormReturn<I, unknown, O> {
  return useForm<I, unknown, O>({
    resolver: zodResolver(schema, { error: plainMessage }),
    defaultValues,
  });
}

type FormProps<I extends FieldValues, O> = {
  form: UseFormReturn<I, unknown, O>;
  /** Gives back why it failed, or nothing. A throw is shown as a failure without a reason. */
  onSubmit: (values: O) => Promise<FormFailure | undefined>;
  children: ReactNode;
  className?: string;
};

const UNEXPECTED: FormFailure = { detail: "Something went wrong. Nothing was saved; try again." };

export function Form<I extends FieldValues, O>({
  form,
  onSubmit,
  children,
  className,
}: FormProps<I, O>) {
  async function submit(values: O, event?: BaseSyntheticEvent) {
    const element: HTMLFormElement | undefined = event?.target;
    try {
      const failure = await onSubmit(values);
      if (failure) showFailure(form, failure, element);
    } catch (error) {
      unstable_rethrow(error);
      showFailure(form, UNEXPECTED, element);
    }
  }
  const rootError = form.formState.errors.root?.message;
  return (
    <FormProvider {...form}>
      <form
        noValidate
        onSubmit={form.handleSubmit(submit)}
        className={cn("flex scroll-mt-20 flex-col gap-5", className)}
      >
        {rootError && (
          <Alert tone="danger" title="That did not work">
            {rootError}
          </Alert>
        )}
        {children}
      </form>
    </FormProvider>
  );
}

function showFailure<I extends FieldValues, O>(
  form: UseFormReturn<I, unknown, O>,
  { detail, errors = [] }: FormFailure,
  element: HTMLFormElement | undefined,
) {
  const elsewhere: string[] = [];
  let isShown = false;
  for (const { pointer, message } of errors) {
    const name = pointerToName(pointer);
    // A pointer to something this form has no field for must not be swallowed.
    if (form.control._names.mount.has(name)) {
      form.setError(name as FieldPath<I>, { type: "server", message }, { shouldFocus: !isShown });
      isShown = true;
    } else {
      elsewhere.push(name ? `${name}: ${message}` : message);
    }
  }
  form.setError("root", { type: "server", message: [detail, ...elsewhere].join(" ") });
  // Who submits at the foot of a long form would not see what stands at its head.
  if (!isShown) element?.scrollIntoView({ block: "start" });
}

/** RFC 6901 to react-hook-form: `/tool_limits/max_tools` to `tool_limits.max_tools`. */
function pointerToName(pointer: string): string {
  const decode = (part: string) => part.replaceAll("~1", "/").replaceAll("~0", "~");
  return pointer.split("/").slice(1).map(decode).join(".");
}
