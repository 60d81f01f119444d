import { z } from "zod";
import type { JsonObject } from "#lib/core/json.ts";
import { aiConfig, modelOf } from "#lib/tools/config/ai-config.ts";
import { kindForm } from "./kind-form.ts";

const conversation = aiConfig.shape.messages.unwrap();

const optionalNumber = z.number().nullable();

const fields = z.object({
  model: z.string().trim(),
  mode: z.enum(["prompt", "messages"]),
  prompt: z.string(),
  messages: z.array(z.object({ role: z.enum(["user", "assistant"]), content: z.string() })),
  system: z.string(),
  ...{ temperature: optionalNumber, max_tokens: optionalNumber },
  ...{ timeout_ms: optionalNumber, retries: optionalNumber },
});

export type AiFormValues = z.input<typeof fields>;

const numbers = ["temperature", "max_tokens", "timeout_ms", "retries"] as const;

const text = (value: unknown) => (typeof value === "string" ? value : "");
const numberOf = (value: unknown) => (typeof value === "number" ? value : null);

const example = "Answer in one sentence: {{ query }}\n";

/** A tool that is a prompt for a language model. */
export const aiForm = kindForm({
  label: "AI",
  about: "Asks a language model of your providers",
  keys: ["implementation", "prompt", "messages", "system", ...numbers],
  fields,
  toFields(config: JsonObject): AiFormValues {
    const messages = conversation.safeParse(config.messages);
    const isNew = config.implementation === undefined;
    return {
      model: isNew ? "" : modelOf(config.implementation),
      mode: messages.success ? "messages" : "prompt",
      prompt: isNew ? example : text(config.prompt),
      messages: messages.data ?? [{ role: "user", content: "" }],
      system: text(config.system),
      temperature: numberOf(config.temperature),
      max_tokens: numberOf(config.max_tokens),
      timeout_ms: numberOf(config.timeout_ms),
      retries: numberOf(config.retries),
    };
  },
  toConfig({
    model,
    mode,
    prompt,
    messages,
    system,
    ...values
  }: z.output<typeof fields>): JsonObject {
    const set = numbers.filter((name) => values[name] !== null);
    return {
      implementation: `ai:${model}`,
      ...(mode === "prompt" ? { prompt } : { messages }),
      ...(system.trim() === "" ? {} : { system }),
      ...Object.fromEntries(set.map((name) => [name, values[name]])),
    };
  },
  fieldAt([key, ...rest]: readonly PropertyKey[], { mode }): PropertyKey[] {
    if (key === "implementation") return ["model"];
    if (key === "messages")
      return rest.length > 1 ? ["messages", ...rest] : ["messages", 0, "content"];
    if (key === "prompt" && mode === "messages") return ["messages", 0, "content"];
    return [key ?? "model"];
  },
});
