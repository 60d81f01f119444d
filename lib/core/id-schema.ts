import { z } from "zod";

/**
 * An id that a client chooses: 1 to 200 characters, no control characters, not one of the words
 * that the API's own addresses use in its place.
 */
export function clientId(...reserved: string[]) {
  return z
    .string({ error: "must be a string" })
    .min(1, "must not be empty")
    .max(200, "must have at most 200 characters")
    .refine(
      (text) => text.isWellFormed() && !/\p{Cc}/u.test(text),
      "must not have control characters",
    )
    .refine((text) => text !== "." && text !== "..", "must not be a dot segment")
    .refine(
      (text) => !reserved.includes(text),
      `must not be a reserved word: ${reserved.join(", ")}`,
    );
}
