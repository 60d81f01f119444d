import { z } from "zod";

const longestText = 100_000;

const template = z
  .string({ error: "must be a text" })
  .min(1, "must not be empty")
  .max(longestText, `must have at most ${longestText} characters`);

function whole(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.number({ error }).int(error).min(min, error).max(max, error);
}

/** The keys of a tool's config that the AI runtime reads; others are kept and ignored. */
export const aiConfig = z
  .looseObject({
    prompt: template.optional().meta({
      description: "What the model is asked: a Liquid template, whose variables are the arguments.",
    }),
    messages: z
      .array(
        z.strictObject(
          {
            role: z.enum(["user", "assistant"], { error: "must be user or assistant" }),
            content: template,
          },
          { error: "must be an object of role and content" },
        ),
        { error: "must be a list of messages" },
      )
      .min(1, "must have a message")
      .max(50, "must have at most 50 messages")
      .refine((messages) => messages.at(-1)?.role === "user", "must end with a message of the user")
      .optional()
      .meta({ description: "In place of `prompt`: a conversation, each message a template." }),
    system: template.optional().meta({ description: "What the model is to be; a template too." }),
    temperature: z
      .number({ error: "must be a number from 0 to 2" })
      .min(0, "must be a number from 0 to 2")
      .max(2, "must be a number from 0 to 2")
      .optional(),
    max_tokens: whole(1, 200_000).default(4096).meta({ description: "The longest answer." }),
    timeout_ms: whole(1, 3_600_000)
      .default(60_000)
      .meta({ description: "Each question, retries included." }),
    retries: whole(0, 5).default(2),
  })
  .superRefine(({ prompt, messages }, refinement) => {
    if ((prompt === undefined) === (messages === undefined)) {
      const message = "is required: what the model is asked, or else messages, and not both";
      refinement.addIssue({ code: "custom", path: ["prompt"], message });
    }
  });

export type AiConfig = z.output<typeof aiConfig>;

/** The model or alias of `ai:<model>`. */
export function modelOf(implementation: unknown): string {
  return String(implementation)
    .replace(/^\s*ai:/, "")
    .trim();
}

/** What is wrong with the name of a model, or null. */
export function modelMistake(implementation: string): string | null {
  const model = modelOf(implementation);
  return /^[\w.:@+-]+(\/[\w.:@+-]+)*$/.test(model) && model.length <= 200
    ? null
    : "must be ai:<model or alias> or ai:<provider>/<model or alias>";
}
