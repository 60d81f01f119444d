import { z } from "zod";
import { jsonObject } from "#lib/core/json.ts";
import { pageQuery } from "#lib/core/page.ts";
import { oneLine } from "#lib/core/text-schema.ts";
import { moment } from "#lib/core/time-schema.ts";

export const offerKinds = ["tool", "prompt", "resource", "memory"] as const;

export const offerStates = ["offered", "accepted", "declined", "revoked", "ended"] as const;

export type OfferState = (typeof offerStates)[number];

const whole = (least: number, most: number, of: string) =>
  z
    .number({ error: `must be a whole number of ${of}` })
    .int(`must be a whole number of ${of}`)
    .min(least, `must be at least ${least}`)
    .max(most, `must be at most ${most}`);

const terms = {
  price_micros: whole(0, 1_000_000_000, "micro-units").meta({
    description: "Of each call that gives a result, in micro-units.",
  }),
  max_calls: whole(1, 1_000_000_000, "calls").nullable().meta({ description: "In all." }),
  max_calls_per_day: whole(1, 1_000_000_000, "calls")
    .nullable()
    .meta({ description: "Counted from midnight, UTC." }),
  expires_at: moment().nullable().meta({ description: "null: until it is revoked." }),
};

export const offerTerms = z.object(terms);

export type OfferTerms = z.output<typeof offerTerms>;

const tenantName = oneLine(z.string().min(1, "must not be empty").max(64));
const objectId = oneLine(z.string().min(1, "must not be empty").max(200));

export const createOfferInput = z
  .object({
    to: z
      .array(tenantName)
      .min(1, "must name a tenant")
      .max(20, "must name at most 20 tenants")
      .transform((given) => [...new Set(given)])
      .meta({
        description: "Ids of the tenants that may accept it; each gets an offer of its own.",
      }),
    kind: z.enum(offerKinds),
    object_id: objectId.meta({
      description:
        "The tool's or resource's id, the prompt's name, or the agent whose memory it is.",
    }),
    namespace: oneLine(z.string().min(1).max(100))
      .optional()
      .meta({ description: "Of a memory: the one namespace that is offered." }),
    access: z
      .enum(["read", "write"])
      .default("read")
      .meta({ description: "Of a memory: write lets the other tenant write as well." }),
    price_micros: terms.price_micros.default(0),
    max_calls: terms.max_calls.default(null),
    max_calls_per_day: terms.max_calls_per_day.default(null),
    expires_at: terms.expires_at.default(null),
  })
  .superRefine(({ kind, namespace, access }, refinement) => {
    const wrong = (path: string, message: string) =>
      refinement.addIssue({ code: "custom", path: [path], message });
    if (kind === "memory" && namespace === undefined) wrong("namespace", "is required for memory");
    if (kind !== "memory" && namespace !== undefined) wrong("namespace", "is for memory alone");
    if (kind !== "memory" && access === "write") wrong("access", "write is for memory alone");
  });

export type CreateOfferInput = z.input<typeof createOfferInput>;

/** What is not given stays as it is. */
export const changeOfferInput = z.object({
  price_micros: terms.price_micros.optional(),
  max_calls: terms.max_calls.optional(),
  max_calls_per_day: terms.max_calls_per_day.optional(),
  expires_at: terms.expires_at.optional(),
});

export type ChangeOfferInput = z.input<typeof changeOfferInput>;

export const acceptOfferInput = z.object({
  prefix: z
    .string({ error: "must be a string" })
    .regex(
      /^[A-Za-z][A-Za-z0-9_-]{0,31}$/,
      "must be 1 to 32 letters, digits, _ or -, starting with a letter",
    )
    .meta({ description: "What its name here begins with: `<prefix>_<name>`." }),
  digest: z.string().min(1, "must be the digest of what was looked at").max(64),
});

export type AcceptOfferInput = z.input<typeof acceptOfferInput>;

export const declineOfferInput = z
  .object({
    block: z.boolean().default(false).meta({
      description: "true: no further offer of that tenant arrives while this one is kept.",
    }),
  })
  .default({ block: false });

export type DeclineOfferInput = z.input<typeof declineOfferInput>;

const common = {
  offer_id: z.string(),
  kind: z.enum(offerKinds),
  state: z.enum(offerStates),
  access: z.enum(["read", "write"]),
  price_micros: z.number().int(),
  max_calls: z.number().int().nullable(),
  max_calls_per_day: z.number().int().nullable(),
  expires_at: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
};

export const offer = z
  .object({
    ...common,
    to: z.string().meta({
      description: "The tenant that was named. Whether there is one is not told.",
    }),
    object_id: z.string(),
    namespace: z.string().nullable(),
    calls: z.number().int(),
    calls_today: z.number().int(),
    created_by: z.object({ type: z.string(), id: z.string() }),
  })
  .meta({ id: "Offer" });

export type Offer = z.output<typeof offer>;

export const receivedOffer = z
  .object({
    ...common,
    from: z.object({ tenant_id: z.string(), name: z.string() }),
    name: z.string(),
    definition: jsonObject.meta({
      description: "What is shown of it: as it was accepted, else as it is now.",
    }),
    blocked: z.boolean(),
    prefix: z.string().nullable(),
    exposed_name: z.string().nullable().meta({
      description: "What it is called here; of a memory, the namespace that reaches it.",
    }),
    tool_id: z.string().nullable(),
    terms_changed: z.boolean().meta({
      description:
        "Its terms became worse since they were accepted; calls wait until they are again.",
    }),
  })
  .meta({ id: "ReceivedOffer" });

export type ReceivedOffer = z.output<typeof receivedOffer>;

export const receivedOfferNow = receivedOffer
  .extend({
    digest: z.string().nullable().meta({
      description: "Of the terms and the definition as they are now: send it to accept them.",
    }),
    offered_now: jsonObject.nullable().meta({
      description: "The definition as it is now; null: it cannot be used any more.",
    }),
    changed: z.boolean().meta({ description: "It differs from what was accepted." }),
  })
  .meta({ id: "ReceivedOfferNow" });

export type ReceivedOfferNow = z.output<typeof receivedOfferNow>;

export const offersQuery = pageQuery.extend({
  state: z.enum(offerStates).optional(),
  kind: z.enum(offerKinds).optional(),
});

export type OffersQuery = z.output<typeof offersQuery>;

export const createdOffers = z.object({ offers: z.array(offer) });

export const removedOffer = z.object({ status: z.literal("removed"), offer_id: z.string() });
