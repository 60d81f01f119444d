import { z } from "zod";

export const peerUrl = z
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
export const headerText = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .regex(/^[\x21-\x7e]+$/, "must be printable ASCII without spaces");

export const pullInput = z
  .object({
    url: peerUrl.optional(),
    peer_id: z.string().max(64).optional().meta({
      description: "A registered peer: its address, its tenant and its stored token.",
    }),
    token: headerText(8192).nullish().meta({
      description: "Sent to the peer as a bearer token; never stored.",
    }),
    tenant_id: headerText(200).nullish().meta({
      description: "The tenant at the peer; absent: the one that the token belongs to.",
    }),
  })
  .superRefine(({ url, peer_id }, refinement) => {
    const fail = (path: string, message: string) =>
      refinement.addIssue({ code: "custom", path: [path], message });
    if (url === undefined && peer_id === undefined) fail("url", "must be the address of a peer");
    if (url !== undefined && peer_id !== undefined) {
      fail("peer_id", "must not stand beside url: the stored token goes to the peer's own address");
    }
  });

export type PullInput = z.input<typeof pullInput>;

export const pullResult = z.object({
  status: z.literal("ok"),
  imported: z.number().int(),
  tenant_id: z.string(),
});

export type PullResult = z.output<typeof pullResult>;
