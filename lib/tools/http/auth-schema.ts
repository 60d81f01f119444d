import { z } from "zod";
import { secretName } from "#lib/secrets/schema.ts";
import { headerMistake } from "./header-names.ts";

const text = (most: number) =>
  z
    .string({ error: "must be a string" })
    .max(most, `must have at most ${most} characters`)
    .refine((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), {
      message: "must not have control characters",
    });

const name = text(200).min(1, "must not be empty");

const tokenUrl = text(2_000).refine((value) => {
  const url = URL.parse(value);
  return url !== null && /^https?:$/.test(url.protocol) && url.username + url.password === "";
}, "must be a URL that starts with https:// or http://, without user and password");

/** How a tool's endpoint is told who calls; secrets are named, never written here. */
export const httpAuth = z
  .discriminatedUnion(
    "type",
    [
      z.object({ type: z.literal("none") }),
      z.object({ type: z.literal("bearer"), secret: secretName }),
      z.object({
        type: z.literal("basic"),
        username: text(500).refine(
          (value) => !value.includes(":"),
          "must not have a colon (RFC 7617, section 2)",
        ),
        password_secret: secretName,
      }),
      z.object({
        type: z.literal("api_key"),
        in: z.enum(["header", "query"], { error: "must be header or query" }),
        name,
        secret: secretName,
      }),
      z.object({
        type: z.literal("oauth2_client_credentials"),
        token_url: tokenUrl,
        client_id: text(500).min(1, "must not be empty"),
        client_secret: secretName,
        scope: text(2_000).optional(),
        audience: text(2_000).optional(),
        client_auth: z
          .enum(["basic", "post"], { error: "must be basic or post" })
          .default("basic")
          .meta({ description: "How the client names itself (RFC 6749, section 2.3.1)." }),
      }),
    ],
    {
      error:
        "must have a type: none, bearer, basic, api_key or oauth2_client_credentials, with the keys of that type",
    },
  )
  .superRefine((value, refinement) => {
    if (value.type !== "api_key" || value.in !== "header") return;
    const message = headerMistake(value.name);
    if (message) refinement.addIssue({ code: "custom", path: ["name"], message });
  });

export type HttpAuth = z.output<typeof httpAuth>;
