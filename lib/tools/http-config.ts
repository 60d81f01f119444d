import { z } from "zod";
import { secretMask } from "#lib/core/secrets.ts";

/** Control characters but tab, line feed and carriage return. */
export const unprintable = /[^\P{Cc}\t\n\r]/u;

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

/** Headers that belong to the connection (RFC 9110, section 7.6.1) or to the runtime itself. */
const reservedHeaders = new Set([
  "accept-encoding",
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const headers = z
  .record(
    z.string(),
    z
      .string({ error: "must be a string" })
      .max(8192, "must have at most 8192 characters")
      .regex(/^[\t\x20-\x7e\x80-\xff]*$/, "must not have control characters")
      .refine(
        (value) => value !== secretMask,
        `is the mask of a value that was not shown; send the value itself`,
      ),
    { error: "must be an object of header names and values" },
  )
  .superRefine((given, refinement) => {
    for (const header of Object.keys(given)) {
      const message = headerMistake(header);
      if (message) refinement.addIssue({ code: "custom", path: [header], message });
    }
  });

function headerMistake(header: string): string | null {
  // A token of RFC 9110, section 5.6.2.
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$/.test(header)) return "is not a header name";
  if (reservedHeaders.has(header.toLowerCase())) return "cannot be set: the connection sets it";
  return null;
}

/** The keys of a tool's config that the HTTP runtime reads; others are kept and ignored. */
export const httpConfig = z.looseObject({
  method: z
    .string({ error: "must be a string" })
    .transform((text) => text.toUpperCase())
    .pipe(z.enum(methods, { error: `must be one of ${methods.join(", ")}` }))
    .default("POST"),
  headers: headers.default({}),
  timeout_ms: z
    .number({ error: "must be a number of milliseconds" })
    .int("must be a whole number of milliseconds")
    .min(1)
    .max(3_600_000)
    .default(30_000)
    .meta({ description: "The whole call, retries included." }),
  retries: z
    .number({ error: "must be a number" })
    .int("must be a whole number")
    .min(0)
    .max(5)
    .default(0)
    .meta({
      description:
        "Further attempts when the endpoint cannot be reached or answers 502, 503 or 504. POST and PATCH are only tried again when no connection was made.",
    }),
});

export type HttpConfig = z.output<typeof httpConfig>;

/** What is wrong with an address that a tool is to call, or null. */
export function urlMistake(text: string): string | null {
  const url = URL.parse(text.trim());
  if (!url || url.hostname === "") return "is not a valid URL";
  if (url.username !== "" || url.password !== "") {
    return "must not carry a user name or password; put credentials in config.headers";
  }
  return null;
}
