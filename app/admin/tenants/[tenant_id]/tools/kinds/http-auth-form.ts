import { z } from "zod";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";

export const authTypes = [
  { value: "none", label: "None" },
  { value: "bearer", label: "Bearer token" },
  { value: "basic", label: "User and password" },
  { value: "api_key", label: "API key" },
  { value: "oauth2_client_credentials", label: "OAuth 2 client credentials" },
] as const;

const text = z.string().trim();

/** Fields of every type; only those of the chosen one are read. */
export const authFields = z.object({
  type: z.enum(authTypes.map(({ value }) => value)),
  secret: text,
  username: text,
  in: z.enum(["header", "query"]),
  name: text,
  token_url: text,
  client_id: text,
  scope: text,
  audience: text,
  client_auth: z.enum(["basic", "post"]),
});

type AuthFields = z.output<typeof authFields>;

/** Under which key each type names its secret. */
const secretKeys = {
  bearer: "secret",
  basic: "password_secret",
  api_key: "secret",
  oauth2_client_credentials: "client_secret",
} as const;

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function toAuthFields(auth: unknown): z.input<typeof authFields> {
  const given = isJsonObject(auth) ? auth : {};
  const type = authTypes.find(({ value }) => value === given.type)?.value ?? "none";
  return {
    type,
    secret: type === "none" ? "" : textOf(given[secretKeys[type]]),
    username: textOf(given.username),
    in: given.in === "query" ? "query" : "header",
    name: textOf(given.name) || "X-API-Key",
    token_url: textOf(given.token_url),
    client_id: textOf(given.client_id),
    scope: textOf(given.scope),
    audience: textOf(given.audience),
    client_auth: given.client_auth === "post" ? "post" : "basic",
  };
}

/** The config's `auth`, or null for none. */
export function toAuth(fields: AuthFields): JsonObject | null {
  const { type, secret } = fields;
  switch (type) {
    case "none":
      return null;
    case "bearer":
      return { type, secret };
    case "basic":
      return { type, username: fields.username, password_secret: secret };
    case "api_key":
      return { type, in: fields.in, name: fields.name, secret };
    case "oauth2_client_credentials":
      return {
        ...{ type, token_url: fields.token_url, client_id: fields.client_id },
        client_secret: secret,
        ...(fields.scope === "" ? {} : { scope: fields.scope }),
        ...(fields.audience === "" ? {} : { audience: fields.audience }),
        ...(fields.client_auth === "basic" ? {} : { client_auth: fields.client_auth }),
      };
  }
}

/** The field that a complaint about a key of `auth` belongs to. */
export function authFieldAt(key: PropertyKey | undefined): PropertyKey {
  if (key === undefined) return "type";
  return key === "password_secret" || key === "client_secret" ? "secret" : key;
}
