import { expect } from "vitest";
import { AppError } from "#lib/core/errors.ts";
import type { CreatePromptInput, PutPromptInput } from "./schema.ts";

/** A prompt of tests: one required argument, one with values to offer. */
export const greet = (text = "Greet {{who}} in {{language}}."): CreatePromptInput => ({
  name: "greet",
  title: "Greeting",
  description: "Says hello",
  arguments: [
    { name: "who", required: true },
    { name: "language", title: "Language", completions: ["English", "Español"] },
  ],
  messages: [{ role: "user", content: { type: "text", text } }],
});

/** A prompt without arguments. */
export const plain = (name: string): CreatePromptInput => ({
  name,
  messages: [{ role: "user", content: { type: "text", text: name } }],
});

/** The same prompt, as a PUT has it. */
export function written(text?: string): PutPromptInput {
  const { name: _, ...document } = greet(text);
  return document;
}

/** The error of ours that a call fails with. */
export async function refusal(outcome: Promise<unknown>): Promise<AppError> {
  const error = await outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}
