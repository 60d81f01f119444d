import { z } from "zod";
import { jsonObject } from "#lib/core/json.ts";
import { secretMask } from "#lib/core/secrets.ts";
import { httpAuth } from "../http/auth-schema.ts";
import { headerMistake, headerValue } from "../http/header-names.ts";
import { parseTemplate, stringsOf, TemplateMistake } from "../http/template.ts";

/** Control characters but tab, line feed and carriage return. */
export const unprintable = /[^\P{Cc}\t\n\r]/u;

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

/** How an answer may be read. */
const readings = ["auto", "json", "json_lines", "events", "text", "binary"] as const;

/** The largest answer that a tool may ask for. */
const largestAnswer = 10 * 1024 * 1024;

/** Every string of the value has to be a template. */
function checkTemplates(value: unknown, refinement: z.RefinementCtx): void {
  for (const { path, text } of stringsOf(value)) {
    try {
      parseTemplate(text);
    } catch (error) {
      if (!(error instanceof TemplateMistake)) throw error;
      refinement.addIssue({ code: "custom", path, message: error.message });
    }
  }
}

const headers = z
  .record(
    z.string(),
    z
      .string({ error: "must be a string" })
      .max(8192, "must have at most 8192 characters")
      .regex(headerValue, "must not have control characters")
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
    checkTemplates(given, refinement);
  });

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const query = z
  .record(z.string().min(1, "must not be empty").max(200), z.union([scalar, z.array(scalar)]), {
    error: "must be an object of names and texts, numbers, booleans or lists of them",
  })
  .refine((given) => Object.keys(given).length <= 200, "must have at most 200 names")
  .superRefine(checkTemplates);

const response = z.strictObject(
  {
    select: z
      .string({ error: "must be a JMESPath expression" })
      .min(1, "must not be empty")
      .max(2_000, "must have at most 2000 characters")
      .optional()
      .meta({
        description:
          "JMESPath: what of a JSON answer is the result. Of server-sent events it sees a list of {event?, id?, data}, whose data is JSON where it is JSON; of JSON lines and sequences a list of their values.",
      }),
    type: z
      .enum(readings, { error: `must be one of ${readings.join(", ")}` })
      .default("auto")
      .meta({
        description:
          "How to read the answer; auto: by its Content-Type, which also names its charset. events: server-sent events; json_lines: a JSON value a line. Both are a list in structuredContent.",
      }),
    max_bytes: z
      .number({ error: "must be a number of bytes" })
      .int("must be a whole number of bytes")
      .min(1)
      .max(largestAnswer, `must be at most ${largestAnswer}`)
      .default(5 * 1024 * 1024),
    stream: z.boolean({ error: "must be true or false" }).default(false).meta({
      description:
        "Tell the client of each event, line or piece of text as it arrives, as progress; the result has them all.",
    }),
  },
  { error: "must be an object of select, type, max_bytes and stream" },
);

/** The keys of a tool's config that the HTTP runtime reads; others are kept and ignored. */
export const httpConfig = z
  .looseObject({
    method: z
      .string({ error: "must be a string" })
      .transform((text) => text.toUpperCase())
      .pipe(z.enum(methods, { error: `must be one of ${methods.join(", ")}` }))
      .default("POST"),
    headers: headers.default({}),
    query: query.optional().meta({
      description:
        "Names and templates: {{name}} is an argument, {{secret:NAME}} a secret. Absent: GET, HEAD and DELETE have the arguments there that nothing else uses.",
    }),
    body: z.unknown().superRefine(checkTemplates).optional().meta({
      description:
        "A JSON value whose strings are templates; {{name}} alone is the argument as it is, and an absent argument takes its member with it. Absent: the arguments that nothing else uses.",
    }),
    body_type: z
      .enum(["json", "form", "text", "none"], { error: "must be json, form, text or none" })
      .optional(),
    auth: httpAuth.default({ type: "none" }),
    response: response.default({ type: "auto", max_bytes: 5 * 1024 * 1024, stream: false }),
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
          "Further attempts when the endpoint cannot be reached or answers 429, 502, 503 or 504. POST and PATCH are only tried again when no connection was made.",
      }),
  })
  .superRefine(({ method, body, body_type }, refinement) => {
    const issue = (path: string, message: string) =>
      refinement.addIssue({ code: "custom", path: [path], message });
    if (body !== undefined && (method === "GET" || method === "HEAD")) {
      issue("body", `must be absent: a ${method} request has no body`);
    }
    if (body !== undefined && body_type === "none") {
      issue("body_type", "must not be none where there is a body");
    }
    if (body_type === "form" && body !== undefined && !jsonObject.safeParse(body).success) {
      issue("body", "must be an object of names and values for a form");
    }
    if (body_type === "text" && body !== undefined && typeof body !== "string") {
      issue("body", "must be a text for body_type text");
    }
    if (body_type === "text" && body === undefined) {
      issue("body", "is required for body_type text");
    }
  });

export type HttpConfig = z.output<typeof httpConfig>;
