import { z } from "zod";
import { type CreateKeyInput, createKeyInput } from "#lib/auth/schema.ts";

const dayMs = 86_400_000;

/** How long a new key may live. */
export const lifetimes = [
  { value: "never", label: "Never", days: null },
  { value: "30", label: "In 30 days", days: 30 },
  { value: "90", label: "In 90 days", days: 90 },
  { value: "365", label: "In a year", days: 365 },
] as const;

/** A key as the dialog has it; `toKeyInput` makes of it what the API takes. */
export const keyForm = z
  .object({
    name: createKeyInput.shape.name,
    all: z.boolean(),
    scopes: z.array(z.string()),
    agent_id: z.string().trim().max(200, "must have at most 200 characters"),
    lifetime: z.enum(lifetimes.map(({ value }) => value)),
  })
  .refine(({ all, scopes }) => all || scopes.length > 0, {
    path: ["scopes"],
    message: "Choose at least one.",
  });

export type KeyFormValues = z.input<typeof keyForm>;

export const newKeyValues: KeyFormValues = {
  name: "",
  all: true,
  scopes: [],
  agent_id: "",
  lifetime: "never",
};

export function toKeyInput(
  values: z.output<typeof keyForm>,
  kind: "tenant" | "platform",
  now: number,
): CreateKeyInput {
  const days = lifetimes.find(({ value }) => value === values.lifetime)?.days ?? null;
  return {
    name: values.name,
    kind,
    scopes: (values.all ? ["*"] : values.scopes) as NonNullable<CreateKeyInput["scopes"]>,
    agent_id: values.agent_id || null,
    expires_at: days === null ? null : new Date(now + days * dayMs).toISOString(),
  };
}
