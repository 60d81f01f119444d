import { z } from "zod";
import { jsonObject } from "#lib/core/json.ts";
import { pageQuery } from "#lib/core/page.ts";
import { oneLine } from "#lib/core/text-schema.ts";
import { secretName } from "#lib/secrets/schema.ts";

/** Upstreams that a tenant can have. */
export const mostUpstreams = 100;

export const upstreamId = z
  .string({ error: "must be a string" })
  .regex(
    /^[a-z0-9]([a-z0-9_-]{0,62}[a-z0-9])?$/,
    "must be a slug: 1 to 64 lower-case letters, digits, _ or -, starting and ending with a letter or digit",
  )
  .refine((slug) => slug !== "oauth", "must not be a reserved word: oauth")
  .meta({ examples: ["github"] });

const prefix = z
  .string({ error: "must be a string" })
  .regex(
    /^[A-Za-z][A-Za-z0-9_-]{0,31}$/,
    "must be 1 to 32 letters, digits, _ or -, starting with a letter",
  )
  .meta({ description: "What the names of its tools and prompts begin with: `<prefix>_<name>`." });

function urlMistake(text: string): string | null {
  const url = URL.parse(text);
  if (!url || !["http:", "https:"].includes(url.protocol)) {
    return "must be a URL that starts with https:// or http://";
  }
  if (url.username !== "" || url.password !== "") {
    return "must not have a user or password: put credentials into auth";
  }
  return url.hash === "" ? null : "must not have a fragment";
}

const url = z
  .string({ error: "must be a URL" })
  .trim()
  .max(2_000, "must have at most 2000 characters")
  .superRefine((text, refinement) => {
    const message = urlMistake(text);
    if (message) refinement.addIssue({ code: "custom", message });
  });

/** By their ends, so that none can be one that a program's loader or runtime obeys. */
const environmentName = z
  .string()
  .regex(
    /^[A-Z][A-Z0-9_]{0,60}(TOKEN|KEY|SECRET|PASSWORD|CREDENTIALS)$/,
    "must be in capitals and end with TOKEN, KEY, SECRET, PASSWORD or CREDENTIALS",
  );

const argument = z
  .string()
  .max(4_000)
  .refine((text) => text.isWellFormed() && !text.includes("\0"), "must be text without U+0000");

export const transport = z.discriminatedUnion("type", [
  z.object({ type: z.literal("http"), url }),
  z.object({
    type: z.literal("stdio"),
    command: argument.min(1),
    args: z.array(argument).max(100).default([]),
    env_secrets: z
      .record(environmentName, secretName)
      .refine((value) => Object.keys(value).length <= 20, "must have at most 20 names")
      .default({})
      .meta({ description: "Variables of its environment → names of the tenant's secrets." }),
  }),
]);

export type UpstreamTransport = z.output<typeof transport>;

const managedHeader =
  /^(host|connection|content-.*|transfer-encoding|accept|te|trailer|upgrade|keep-alive|expect|mcp-.*|proxy-.*|tausestack-.*)$/i;

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, "must be the name of a header")
  .refine((name) => !managedHeader.test(name), "must not be a header of the connection's own");

const headerText = z
  .string()
  .max(4_000)
  .regex(/^[\t\x20-\x7e]*$/, "must be printable ASCII");

export const auth = z.discriminatedUnion("type", [
  z.object({ type: z.literal("none") }),
  z.object({ type: z.literal("bearer"), secret: secretName }),
  z.object({
    type: z.literal("headers"),
    headers: z
      .record(
        headerName,
        z.union([z.object({ secret: secretName }), z.object({ text: headerText })]),
      )
      .refine((value) => Object.keys(value).length <= 20, "must have at most 20 headers"),
  }),
  z.object({
    type: z.literal("oauth"),
    scope: z.enum(["tenant", "user"]).meta({
      description: "`tenant`: one account for all. `user`: each person connects their own.",
    }),
    client_id: oneLine(z.string().min(1).max(500)).optional().meta({
      description: "Absent: the client registers itself, or its metadata document is named.",
    }),
    client_secret: secretName.optional().meta({ description: "The name of a secret." }),
    scopes: oneLine(z.string().max(2_000)).optional().meta({
      description: "What to ask for, separated by spaces; absent: what the server names.",
    }),
  }),
]);

export type UpstreamAuth = z.output<typeof auth>;

const newToolPolicies = ["hold", "accept"] as const;

export const putUpstreamInput = z
  .object({
    name: oneLine(z.string().trim().min(1, "must not be empty").max(200)),
    prefix: prefix.optional().meta({ description: "Absent: it stays, or is the id." }),
    transport,
    auth: auth.default({ type: "none" }),
    enabled: z.boolean().default(true),
    expose_resources: z.boolean().default(false),
    expose_prompts: z.boolean().default(false),
    new_tools: z.enum(newToolPolicies).default("hold").meta({
      description:
        "What becomes of tools that it offers for the first time: `hold` them for review, or `accept` those in which nothing looks wrong. Changed tools are always held.",
    }),
    timeout_ms: z
      .number()
      .int()
      .min(1_000, "must be at least 1000")
      .max(600_000, "must be at most 600000")
      .default(60_000)
      .meta({ description: "The longest silence of a call: progress begins it anew." }),
  })
  .superRefine(({ transport: { type }, auth: given }, refinement) => {
    if (type !== "stdio" || given.type === "none") return;
    const message = "must be none for a stdio server: give it secrets in its environment";
    refinement.addIssue({ code: "custom", path: ["auth", "type"], message });
  });

export type PutUpstreamInput = z.input<typeof putUpstreamInput>;

export const upstreamStatuses = ["unknown", "ok", "failing", "unauthorized"] as const;

const health = z.object({
  status: z.enum(upstreamStatuses),
  last_ok_at: z.iso.datetime().nullable(),
  last_error_at: z.iso.datetime().nullable(),
  last_error: z.string().nullable(),
});

const server = z.object({ name: z.string(), version: z.string(), protocol: z.string() });

export const accountStates = ["not_connected", "connected", "expired", "failed"] as const;

export type AccountState = (typeof accountStates)[number];

/** What is said of an account that a person connected. */
const account = {
  subject: z.enum(["tenant", "user"]),
  state: z.enum(accountStates).meta({
    description:
      "`expired`: a person must connect it again. `failed`: the last attempt to connect or to renew it failed.",
  }),
  account: z.string().nullable().meta({
    description: "What the authorization server calls it, where it says so.",
  }),
  connected_at: z.iso.datetime().nullable(),
  expires_at: z.iso.datetime().nullable().meta({
    description: "When the access token ends; it is renewed by itself where the server allows.",
  }),
  error: z.string().nullable(),
};

const connection = z.object({ ...account, connected: z.boolean() });

/** One account that is or was connected, for whoever looks after the upstream. */
export const upstreamConnection = z
  .object({
    ...account,
    person_id: z.string().nullable().meta({ description: "Null: the tenant's account." }),
    connected_by: z.string().nullable().meta({ description: "Their e-mail address." }),
  })
  .meta({ id: "UpstreamConnection" });

export type UpstreamConnection = z.output<typeof upstreamConnection>;

export const upstream = z
  .object({
    upstream_id: z.string(),
    name: z.string(),
    prefix: z.string(),
    transport: z.union([
      z.object({ type: z.literal("http"), url: z.string() }),
      z.object({
        type: z.literal("stdio"),
        command: z.string(),
        args: z.array(z.string()),
        env_secrets: z.record(z.string(), z.string()),
      }),
    ]),
    auth: z.union([
      z.object({ type: z.literal("none") }),
      z.object({ type: z.literal("bearer"), secret: z.string() }),
      z.object({
        type: z.literal("headers"),
        headers: z.record(
          z.string(),
          z.union([z.object({ secret: z.string() }), z.object({ text: z.string() })]),
        ),
      }),
      z.object({
        type: z.literal("oauth"),
        scope: z.enum(["tenant", "user"]),
        client_id: z.string().optional(),
        client_secret: z.string().optional(),
        scopes: z.string().optional(),
      }),
    ]),
    enabled: z.boolean(),
    expose_resources: z.boolean(),
    expose_prompts: z.boolean(),
    new_tools: z.enum(newToolPolicies),
    timeout_ms: z.number().int(),
    health,
    server: server.nullable().meta({ description: "As it named itself when last heard." }),
    connection: connection.nullable().meta({
      description: "Of the tenant or of the caller, where it needs an OAuth authorization.",
    }),
    tenant_id: z.string(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: "Upstream" });

export type Upstream = z.output<typeof upstream>;

export const upstreamQuery = pageQuery.extend({
  account: z.enum(["tenant", "user"], { error: "must be tenant or user" }).optional().meta({
    description: "Those alone that need an OAuth account: the tenant's, or each person's own.",
  }),
});

export type UpstreamQuery = z.output<typeof upstreamQuery>;

export const deletedUpstream = z.object({
  status: z.literal("deleted"),
  upstream_id: z.string(),
});

export const checkedUpstream = z
  .object({
    ok: z.boolean(),
    error: z.string().nullable(),
    duration_ms: z.number().int(),
    server: server.nullable(),
    capabilities: jsonObject,
  })
  .meta({ id: "CheckedUpstream" });

export type CheckedUpstream = z.output<typeof checkedUpstream>;

/** As the upstream tells it; each entry is MCP's own object. */
export const upstreamCatalog = z
  .object({
    server,
    tools: z.array(jsonObject),
    resources: z.array(jsonObject),
    resource_templates: z.array(jsonObject),
    prompts: z.array(jsonObject),
  })
  .meta({ id: "UpstreamCatalog" });

/** How much it lists at this moment, or why it does not say. */
export const upstreamCatalogCounts = z
  .object({
    error: z.string().nullable(),
    counts: z
      .object({
        tools: z.number().int(),
        resources: z.number().int(),
        resource_templates: z.number().int(),
        prompts: z.number().int(),
      })
      .nullable(),
  })
  .meta({ id: "UpstreamCatalogCounts" });

export type UpstreamCatalogCounts = z.output<typeof upstreamCatalogCounts>;

export const startedAuthorization = z.object({
  authorization_url: z.string().meta({ description: "Open it in the person's browser." }),
});

export const disconnectedUpstream = z.object({
  status: z.literal("disconnected"),
  upstream_id: z.string(),
});

/** What an upstream's tool or prompt is called here. */
export function prefixedName(given: string, name: string): string {
  return `${given}_${name}`;
}

/** RFC 7591, section 2, with the client's id, which is the document's own address. */
export const clientDocumentSchema = z.object({
  client_id: z.string(),
  client_name: z.string(),
  client_uri: z.string(),
  redirect_uris: z.array(z.string()),
  grant_types: z.array(z.string()),
  response_types: z.array(z.string()),
  token_endpoint_auth_method: z.literal("none"),
});

/** The answer of an authorization server (RFC 6749, section 4.1.2, and RFC 9207). */
export const authorizationAnswer = z.object({
  state: z.string().max(4_000).optional(),
  code: z.string().max(4_000).optional(),
  iss: z.string().max(2_000).optional(),
  error: z.string().max(200).optional(),
});
