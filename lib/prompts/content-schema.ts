import { z } from "zod";

const controls = /\p{Cc}/u;
const unprintable = /[^\P{Cc}\t\n\r]/u;
const noControls = "must not have control characters";

/** Text of one line, at least one character. */
export function line(maxLength: number) {
  return z
    .string({ error: "must be a string" })
    .min(1, "must not be empty")
    .max(maxLength, `must have at most ${maxLength} characters`)
    .refine((text) => text.isWellFormed() && !controls.test(text), noControls);
}

/** Text of any number of lines. */
export function lines(maxLength: number) {
  return z
    .string({ error: "must be a string" })
    .max(maxLength, `must have at most ${maxLength} characters`)
    .refine((text) => text.isWellFormed() && !unprintable.test(text), noControls);
}

const mimeType = line(200).regex(
  /^[\w.+-]+\/[\w.+-]+( *;.*)?$/,
  "must be a media type such as text/plain",
);

/** Checked piece by piece: one expression for groups of four overflows its stack on large data. */
const base64 = z
  .string({ error: "must be a base64 string" })
  .min(1, "must not be empty")
  .refine(
    (text) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text),
    "must be base64 with its padding",
  )
  .meta({ contentEncoding: "base64" });

const role = z.enum(["user", "assistant"], { error: 'must be "user" or "assistant"' });

const annotations = z
  .object({
    audience: z.array(role).max(2).optional(),
    priority: z.number().min(0).max(1).optional(),
    lastModified: z.iso.datetime({ offset: true }).optional(),
  })
  .optional();

const largestText = 1_048_576;
const uri = line(2000).meta({ description: "May hold placeholders." });

const embedded = { uri, mimeType: mimeType.optional() };

const ofKind = (kind: "image" | "audio") =>
  mimeType.refine((type) => type.toLowerCase().startsWith(`${kind}/`), `must begin with ${kind}/`);

/** MCP's ContentBlock (revision 2026-07-28, server/prompts); text and uri may hold placeholders. */
const content = z.discriminatedUnion(
  "type",
  [
    z.object({ type: z.literal("text"), text: lines(largestText), annotations }),
    z.object({ type: z.literal("image"), data: base64, mimeType: ofKind("image"), annotations }),
    z.object({ type: z.literal("audio"), data: base64, mimeType: ofKind("audio"), annotations }),
    z.object({
      type: z.literal("resource"),
      resource: z.union(
        [
          z.object({ ...embedded, text: lines(largestText) }),
          z.object({ ...embedded, blob: base64 }),
        ],
        { error: "must have a uri, and a text or a base64 blob" },
      ),
      annotations,
    }),
    z.object({
      type: z.literal("resource_link"),
      uri,
      name: line(200),
      title: line(200).optional(),
      description: lines(10_000).optional(),
      mimeType: mimeType.optional(),
      size: z.number().int().min(0).optional(),
      annotations,
    }),
  ],
  { error: "type must be text, image, audio, resource or resource_link" },
);

export const promptMessage = z.object({ role, content }).meta({ id: "PromptMessage" });

export type PromptMessage = z.output<typeof promptMessage>;
export type PromptContent = PromptMessage["content"];
