"use client";

import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { z } from "zod";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { changePasswordInput } from "#lib/auth/schema.ts";
import { changePassword } from "#lib/client/account.ts";
import { toFailure } from "#lib/client/api-error.ts";
import { openSession } from "#lib/client/sign-in.ts";

const schema = changePasswordInput
  .extend({ repeated: z.string() })
  .refine((values) => values.new_password === values.repeated, {
    path: ["repeated"],
    message: "is not the same",
  });

const empty = { current_password: "", new_password: "", repeated: "" };

export function PasswordForm({ email }: { email: string }) {
  const router = useRouter();
  const form = useZodForm(schema, empty);

  async function submit(values: z.output<typeof schema>): Promise<FormFailure | undefined> {
    const { repeated: _, ...input } = values;
    try {
      await changePassword(input);
    } catch (error) {
      return toFailure(error);
    }
    // The change has ended this session too; the new password opens another.
    const again = await openSession(email, input.new_password);
    if (again.kind !== "ok") {
      location.assign("/sign-in");
      return undefined;
    }
    form.reset(empty);
    router.refresh();
    toast.success("The password is changed", { description: "Other sessions have ended." });
    return undefined;
  }

  return (
    <Form form={form} onSubmit={submit}>
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      <TextField
        control={form.control}
        name="current_password"
        label="Current password"
        type="password"
        autoComplete="current-password"
      />
      <TextField
        control={form.control}
        name="new_password"
        label="New password"
        description="At least 10 characters."
        type="password"
        autoComplete="new-password"
      />
      <TextField
        control={form.control}
        name="repeated"
        label="New password again"
        type="password"
        autoComplete="new-password"
      />
      <SubmitButton className="self-start">Change password</SubmitButton>
    </Form>
  );
}
