import { z } from "zod";
import { certificate } from "#lib/memory/erasure-schema.ts";

const mostErasures = 1000;

export const repeatErasuresInput = z.object({
  erasures: z
    .array(certificate, { error: "must be a list of certificates" })
    .min(1, "must have at least one certificate")
    .max(mostErasures, `must have at most ${mostErasures} certificates`)
    .meta({ description: "As `GET /operator/erasures` gave them." }),
});

export type RepeatErasuresInput = z.input<typeof repeatErasuresInput>;

export const repeatedErasures = z.object({
  repeated: z.number().int(),
  known: z.number().int().meta({ description: "That the database has already." }),
  nothing_left: z.number().int().meta({ description: "Whose tenant or subject is not there." }),
});

export type RepeatedErasures = z.output<typeof repeatedErasures>;
