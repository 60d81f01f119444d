import { z } from "zod";
import { grantee, granteeTypes } from "#lib/auth/grantee-schema.ts";
import { namespace } from "../items/schema.ts";

const access = z.enum(["read", "write"]).meta({ description: "write: read as well." });

/** A namespace that can be granted; `*` is all of an agent's, and its context document. */
export const grantedNamespace = z.union([z.literal("*"), namespace]);

export const putMemoryGrantsInput = z.object({
  grants: z
    .array(z.intersection(grantee, z.object({ access })))
    .max(200, "must have at most 200 entries"),
});

export type PutMemoryGrantsInput = z.input<typeof putMemoryGrantsInput>;

export const memoryGrant = z
  .object({
    agent_id: z.string(),
    namespace: z.string(),
    type: z.enum(granteeTypes),
    id: z.string(),
    access,
    created_at: z.iso.datetime(),
  })
  .meta({ id: "MemoryGrant" });

export type MemoryGrantView = z.output<typeof memoryGrant>;

export const memoryGrants = z.object({ grants: z.array(memoryGrant) });

export const putNamespaceInput = z.object({
  ttl_seconds: z
    .number({ error: "must be a whole number of seconds" })
    .int("must be a whole number of seconds")
    .min(1)
    .max(3_153_600_000)
    .nullable()
    .meta({ description: "How long entries are kept after their last write; null: no limit." }),
});

export type PutNamespaceInput = z.input<typeof putNamespaceInput>;

export const memoryNamespace = z
  .object({ namespace: z.string(), ttl_seconds: z.number().int().nullable() })
  .meta({ id: "MemoryNamespace" });

export type MemoryNamespaceView = z.output<typeof memoryNamespace>;

export const memoryNamespaces = z.object({ namespaces: z.array(memoryNamespace) });
