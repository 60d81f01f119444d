import { z } from "zod";

const peerUrl = z
  .string({ error: "must be the address of a peer" })
  .min(1, "must not be empty")
  .max(2000)
  .superRefine((text, refinement) => {
    const fail = (message: string) => refinement.addIssue({ code: "custom", message });
    const url = URL.parse(text);
    if (!url) return fail("must be an absolute URL");
    if (url.protocol !== "http:" && url.protocol !== "https:") fail("must be http or https");
    if (url.username || url.password) fail("must not hold credentials; send them as `token`");
    if (url.search || url.hash) fail("must not have a query or a fragment");
  })
  .meta({ examples: ["https://peer.example"] });

/** What a header can carry (RFC 9110, section 5.5) without quoting. */
const headerText = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .regex(/^[\x21-\x7e]+$/, "must be printable ASCII without spaces");

export const pullInput = z.object({
  url: peerUrl,
  token: headerText(8192).nullish().meta({
    description: "Sent to the peer as a bearer token; never stored.",
  }),
  tenant_id: headerText(200).nullish().meta({
    description: "The tenant at the peer; absent: the one that the token belongs to.",
  }),
});

export type PullInput = z.input<typeof pullInput>;

export const pullResult = z.object({
  status: z.literal("ok"),
  imported: z.number().int(),
  tenant_id: z.string(),
});

export type PullResult = z.output<typeof pullResult>;
