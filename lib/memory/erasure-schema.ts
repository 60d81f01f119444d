import { z } from "zod";
import { oneLine } from "#lib/core/text-schema.ts";
import { agentId } from "./schema.ts";

export const eraseInput = z
  .object({
    agent_id: agentId.optional(),
    subject_id: oneLine(z.string().min(1).max(200)).optional(),
    reference: oneLine(z.string().trim().min(1).max(200)).optional().meta({
      description: "The request's number or the like, for the certificate; no personal data.",
    }),
  })
  .refine(({ agent_id, subject_id }) => (agent_id === undefined) !== (subject_id === undefined), {
    path: ["agent_id"],
    message: "give agent_id or subject_id, and not both",
  });

export type EraseInput = z.input<typeof eraseInput>;

export const certificate = z
  .object({
    certificate_id: z.uuid(),
    tenant_id: z.string(),
    tenant_created_at: z.iso.datetime().meta({
      description: "A tenant that gets a deleted one's id has another one.",
    }),
    scope: z.enum(["agent", "subject"]),
    agent_id: z.string().nullable(),
    subject_pseudonym: z.string().nullable().meta({
      description: "A keyed digest of the subject's id, the same for each of their requests.",
    }),
    items: z.number().int(),
    versions: z.number().int(),
    documents: z.number().int(),
    digest: z.string().meta({
      description:
        "SHA-256 over a line for each version: item id, version and SHA-256 of its content.",
    }),
    reference: z.string().nullable(),
    repeats: z.string().nullable().meta({
      description: "The certificate of the erasure that was repeated after a backup was restored.",
    }),
    erased_at: z.iso.datetime(),
  })
  .meta({ id: "MemoryErasureCertificate" });

export type Certificate = z.output<typeof certificate>;
