import { z } from "zod";
import { jsonObject } from "#lib/core/json.ts";
import { secretName } from "#lib/secrets/schema.ts";

const apiMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, "must be the name of a header")
  .refine(
    (name) => !/^(host|content-length|transfer-encoding|connection|cookie)$/i.test(name),
    "must not be a header that belongs to the connection",
  );

/** How requests say who calls; the values are secrets of the tenant. */
const auth = z.discriminatedUnion(
  "type",
  [
    z.strictObject({ type: z.literal("none") }),
    z.strictObject({ type: z.literal("bearer"), secret: secretName }),
    z.strictObject({
      type: z.literal("basic"),
      username: z
        .string()
        .max(500)
        .regex(/^[^:\p{Cc}]*$/u, "must not have a colon or control characters"),
      password_secret: secretName,
    }),
    z.strictObject({ type: z.literal("header"), name: headerName, secret: secretName }),
  ],
  { error: "must have a type: none, bearer, basic or header, with the keys of that type" },
);

/** A path below the base address; `*` at its end stands for all that lies below. */
const pathRule = z
  .string()
  .max(1_000)
  .regex(/^\/[^?#\\\p{Cc}]*$/u, "must be a path such as /orders or /orders/*")
  .refine((path) => !path.slice(0, -1).includes("*"), "can have a * at its end alone");

/**
 * Whether servers of every kind take a path for what it says: dots and slashes that are encoded, also
 * twice, and parameters behind dots (`..;`) are read differently by some.
 */
function isPlainPath(path: string): boolean {
  if (/%(2f|5c|00|25)/i.test(path)) return false;
  try {
    const parts = decodeURIComponent(path).slice(1).replace(/\/$/, "").split(/[/\\]/);
    return (
      path === "/" || parts.every((part) => !["", ".", ".."].includes(part.split(";")[0] ?? ""))
    );
  } catch {
    return false;
  }
}

export const requestPath = z
  .string({ error: "must be a path" })
  .max(2_000, "must have at most 2000 characters")
  .regex(
    /^\/[^?#\\\p{Cc}]*$/u,
    "must begin with / and have no query, backslash or control character",
  )
  .refine(
    isPlainPath,
    "must not have dot segments, empty segments, encoded slashes or percent signs",
  );

const allowed = z.strictObject({
  methods: z.array(z.enum(apiMethods)).min(1).optional().meta({ description: "Absent: all." }),
  path: pathRule,
});

const deployment = z.strictObject({
  method: z.enum(["POST", "PUT", "PATCH"]).default("POST"),
  path: requestPath,
  body: z.unknown().optional().meta({ description: "Sent as JSON." }),
});

/** How an HTTP API at a base address is used. */
export const apiConnection = z.strictObject({
  auth: auth.default({ type: "none" }),
  allow: z
    .array(allowed)
    .max(100)
    .optional()
    .meta({ description: "Absent: every method and path." }),
  deployment: deployment.optional().meta({ description: "What `deploy` does." }),
  timeout_ms: z.number().int().min(1).max(60_000).default(30_000),
});

export type ApiConnection = z.output<typeof apiConnection>;

/** Any name, `__proto__` too, which zod's own record type would leave out without a word. */
const query = jsonObject
  .superRefine((pairs, context) => {
    for (const [name, value] of Object.entries(pairs)) {
      const isSent = ["string", "number", "boolean"].includes(typeof value);
      const message =
        name.length > 200
          ? "must have names of at most 200 characters"
          : isSent
            ? null
            : "must be text, a number, true or false";
      if (message !== null) context.addIssue({ code: "custom", path: [name], message });
    }
  })
  .meta({ additionalProperties: { type: ["string", "number", "boolean"] } })
  .default({});

export const apiRequest = z.strictObject({
  method: z.enum(apiMethods).default("GET"),
  path: requestPath,
  query,
  body: z.unknown().optional().meta({ description: "Sent as JSON." }),
});

export type ApiRequest = z.output<typeof apiRequest>;

export const apiAnswer = z
  .object({
    status: z.number().int(),
    content_type: z.string().nullable(),
    json: z.unknown().optional().meta({
      description: "Where the answer is JSON; numbers that would be rounded are text.",
    }),
    text: z.string().optional().meta({ description: "Where it is text." }),
    base64: z.string().optional().meta({ description: "Where it is neither." }),
  })
  .meta({ id: "ApiAnswer" });

export type ApiAnswer = z.output<typeof apiAnswer>;

export const deploymentRun = z
  .object({
    deployment_id: z.string(),
    resource_id: z.string(),
    state: z.enum(["running", "succeeded", "failed"]),
    status_code: z.number().int().nullable(),
    detail: z.string().meta({ description: "What the API said, at most 2,000 characters." }),
    started_by: z.object({ type: z.string(), id: z.string() }),
    started_at: z.iso.datetime(),
    finished_at: z.iso.datetime().nullable(),
  })
  .meta({ id: "Deployment" });

export type Deployment = z.output<typeof deploymentRun>;
