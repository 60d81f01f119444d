import type { z } from "zod";

/** Text without control characters or halves of surrogate pairs: what PostgreSQL takes as it is. */
export function oneLine(text: z.ZodString) {
  return text.refine(
    (value) => value.isWellFormed() && !/\p{Cc}/u.test(value),
    "must not have control characters",
  );
}
