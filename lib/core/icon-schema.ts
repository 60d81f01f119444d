import { z } from "zod";
import { oneLine } from "./text-schema.ts";

const longestAddress = 2_000;
const longestInline = 64 * 1024;
const longestIcons = 128 * 1024;

function iconMistake(src: string): string | null {
  if (!src.isWellFormed() || /\p{Cc}/u.test(src)) return "must not have control characters";
  if (/^data:/i.test(src)) {
    if (!/^data:image\/[\w.+-]{1,64}(;[\w.=-]{1,64}){0,4},/i.test(src)) {
      return "must be a data: URL of an image, as in data:image/png;base64,…";
    }
    return src.length <= longestInline ? null : `must have at most ${longestInline} characters`;
  }
  const url = URL.parse(src);
  if (url?.protocol !== "https:") return "must be an https: address or a data: image";
  if (url.username !== "" || url.password !== "") return "must not carry a user name or password";
  return src.length <= longestAddress ? null : `must have at most ${longestAddress} characters`;
}

const src = z.string({ error: "must be a string" }).superRefine((text, context) => {
  const message = iconMistake(text);
  if (message !== null) context.addIssue({ code: "custom", message });
});

/** Quoted values are ASCII: the type goes out as a header, which takes no more. */
export const mimeType = z
  .string({ error: "must be a string" })
  .trim()
  .max(200)
  .regex(
    /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;\s*[\w!#$&^.+-]+=("[ !#-[\]-~]*"|[\w!#$&^.+-]+))*$/u,
    "must be a media type, as in text/markdown",
  );

/** An icon as MCP has it (revision 2026-07-28, basic, icons). */
export const icon = z.object({
  src: src.meta({ description: "An https: address, or a data: URL of an image." }),
  mimeType: mimeType.optional(),
  sizes: z
    .array(z.string().regex(/^([1-9]\d{0,4}x[1-9]\d{0,4}|any)$/, 'must be as in "48x48", or "any"'))
    .max(20)
    .optional(),
  theme: z.enum(["light", "dark"], { error: "must be light or dark" }).optional(),
});

export type Icon = z.output<typeof icon>;

export const icons = z
  .array(icon, { error: "must be a list of icons" })
  .max(8, "must have at most 8 icons")
  .refine(
    (list) => JSON.stringify(list).length <= longestIcons,
    `must have at most ${longestIcons} characters of JSON`,
  )
  .default([]);

/** The icons as the audit log shows them: an inline image by its length alone. */
export function auditedIcons(list: readonly Icon[]): Icon[] {
  return list.map((each) =>
    each.src.startsWith("data:") ? { ...each, src: `data: (${each.src.length} characters)` } : each,
  );
}

/** What people read in the place of a name; null where there is none. */
export const displayTitle = oneLine(
  z.string({ error: "must be a string" }).trim().max(200, "must have at most 200 characters"),
)
  .nullish()
  .transform((text) => (text === undefined || text === "" ? null : text))
  .meta({ description: "What people read in the place of the name." });
