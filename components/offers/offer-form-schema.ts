import { z } from "zod";
import {
  type ChangeOfferInput,
  type CreateOfferInput,
  createOfferInput,
  type OfferTerms,
  offerKinds,
} from "#lib/offers/schema.ts";

/** Terms as a form has them: a price in units, empty boxes for no limit. */
const termFields = {
  price: z
    .number({ error: "Enter a price; 0 is free." })
    .min(0, "must not be negative")
    .max(1000, "must be at most 1,000"),
  max_calls: z.number().int("must be a whole number").min(1, "must be at least 1").nullable(),
  max_calls_per_day: z
    .number()
    .int("must be a whole number")
    .min(1, "must be at least 1")
    .nullable(),
  expires_on: z.string(),
};

type TermValues = z.output<z.ZodObject<typeof termFields>>;

/** Through the end of the day that was chosen, UTC. */
function endOfDay(day: string): string | null {
  return day === "" ? null : new Date(`${day}T23:59:59.999Z`).toISOString();
}

function toTerms({ price, max_calls, max_calls_per_day, expires_on }: TermValues): OfferTerms {
  const price_micros = Math.round(price * 1_000_000);
  return { price_micros, max_calls, max_calls_per_day, expires_at: endOfDay(expires_on) };
}

export function toTermValues(terms: OfferTerms): TermValues {
  return {
    price: terms.price_micros / 1_000_000,
    max_calls: terms.max_calls,
    max_calls_per_day: terms.max_calls_per_day,
    expires_on: terms.expires_at?.slice(0, 10) ?? "",
  };
}

export const termsForm = z
  .object(termFields)
  .transform((values): ChangeOfferInput => toTerms(values));

/** A memory is picked as its agent and namespace together. */
export function memoryValue(agentId: string, namespace: string): string {
  return JSON.stringify([agentId, namespace]);
}

function toObject(kind: string, object: string) {
  if (kind !== "memory") return { object_id: object };
  const [object_id = "", namespace = ""] = JSON.parse(object) as string[];
  return { object_id, namespace };
}

/** A new offer as the form has it → the API's input, whose complaints stand at the fields. */
export const newOfferForm = z
  .object({
    kind: z.enum(offerKinds),
    object: z.string().min(1, "Choose what is offered."),
    write: z.boolean(),
    to: z.string(),
    ...termFields,
  })
  .transform(({ kind, object, write, to, ...terms }, context): CreateOfferInput => {
    const input: CreateOfferInput = {
      ...{ kind, ...toObject(kind, object), ...toTerms(terms) },
      to: to.split(/[\s,]+/).filter((name) => name !== ""),
      ...(kind === "memory" && write ? { access: "write" as const } : {}),
    };
    for (const { path, message } of createOfferInput.safeParse(input).error?.issues ?? []) {
      const at = path[0] === "object_id" || path[0] === "namespace" ? "object" : path[0];
      context.addIssue({ code: "custom", path: at === undefined ? [] : [at], message });
    }
    return input;
  });

export const newOfferValues: z.input<typeof newOfferForm> = {
  ...{ kind: "tool", object: "", write: false, to: "" },
  ...{ price: 0, max_calls: null, max_calls_per_day: null, expires_on: "" },
};
