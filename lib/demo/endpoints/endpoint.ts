import { createHash } from "node:crypto";
import type { z } from "zod";

/** What one address of the demo's upstream takes and how it computes its answer. */
export interface Endpoint {
  /** What a request has to bear; absent: nothing. */
  token?: string;
  answer(body: unknown): Answer;
}

export type Answer =
  | { status: 200; body: object }
  | { status: 422; body: { error: string; errors: { field: string; message: string }[] } };

/** An endpoint that answers 422 with one entry per mistake where the body does not fit `input`. */
export function endpoint<S extends z.ZodType>(
  input: S,
  compute: (args: z.output<S>) => object,
): Endpoint {
  return {
    answer(body) {
      const parsed = input.safeParse(body);
      if (parsed.success) return { status: 200, body: compute(parsed.data) };
      const errors = parsed.error.issues.map((issue) => ({
        field: issue.path.join("."),
        message: issue.message,
      }));
      return { status: 422, body: { error: "Los datos no son válidos", errors } };
    },
  };
}

/** A short id that the same arguments always give: `CASO-1F09A2`. */
export function stableId(prefix: string, args: unknown): string {
  const digest = createHash("sha256").update(JSON.stringify(args)).digest("hex");
  return `${prefix}-${digest.slice(0, 6).toUpperCase()}`;
}

export function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}
