"use client";

import { useState } from "react";
import { z } from "zod";
import { Form, type FormFailure, useZodForm } from "#components/forms/form.tsx";
import { SubmitButton } from "#components/forms/submit-button.tsx";
import { TextField } from "#components/forms/text-field.tsx";
import { openSession } from "#lib/client/sign-in.ts";
import { LockNotice } from "./lock-notice.tsx";

const credentials = z.object({
  email: z.string().trim().min(1, "Enter your e-mail address."),
  password: z.string().min(1, "Enter your password."),
});

export function SignInForm({ destination }: { destination: string }) {
  const form = useZodForm(credentials, { email: "", password: "" });
  const [lockedUntil, setLockedUntil] = useState<number | null>(null);
  const [leaving, setLeaving] = useState(false);

  async function submit(values: z.output<typeof credentials>): Promise<FormFailure | undefined> {
    setLockedUntil(null);
    const outcome = await openSession(values.email, values.password);
    if (outcome.kind === "ok") {
      setLeaving(true);
      // A whole load: nothing that was fetched without the session may stay in the router's cache.
      location.assign(destination);
      return undefined;
    }
    form.resetField("password");
    form.setFocus("password");
    if (outcome.kind === "locked") {
      setLockedUntil(Date.now() + outcome.retryAfterSeconds * 1000);
      return undefined;
    }
    return { detail: outcome.detail };
  }

  return (
    <Form form={form} onSubmit={submit}>
      {lockedUntil !== null && <LockNotice until={lockedUntil} />}
      <TextField
        control={form.control}
        name="email"
        label="E-mail"
        type="email"
        autoComplete="username"
        autoFocus
      />
      <TextField
        control={form.control}
        name="password"
        label="Password"
        type="password"
        autoComplete="current-password"
      />
      <SubmitButton {...(leaving ? { disabled: true } : {})}>
        {leaving ? "Signed in" : "Sign in"}
      </SubmitButton>
    </Form>
  );
}
