import { z } from "zod";
import { type Pair, pairsRecord, toPairs } from "#components/forms/schema.ts";
import { type PutUpstreamInput, putUpstreamInput, type Upstream } from "#lib/upstreams/schema.ts";

export const authTypes = [
  { value: "none", label: "None" },
  { value: "bearer", label: "Bearer token" },
  { value: "headers", label: "Headers" },
  { value: "oauth", label: "OAuth" },
] as const;

export const accountScopes = [
  { value: "tenant", label: "One account for the tenant" },
  { value: "user", label: "Each person their own" },
] as const;

export const newToolPolicies = [
  { value: "hold", label: "Hold for review" },
  { value: "accept", label: "Accept at once, unless something looks wrong" },
] as const;

const text = z.string().trim();

const fields = z.object({
  upstream_id: text,
  name: text,
  prefix: text,
  url: text,
  auth_type: z.enum(authTypes.map(({ value }) => value)),
  secret: text,
  /** Kept as rows, so that a mistake is told at its own. */
  headers: z.array(z.object({ key: text, value: z.string() })),
  scope: z.enum(accountScopes.map(({ value }) => value)),
  client_id: text,
  client_secret: text,
  scopes: text,
  enabled: z.boolean(),
  expose_resources: z.boolean(),
  expose_prompts: z.boolean(),
  new_tools: z.enum(newToolPolicies.map(({ value }) => value)),
  timeout_ms: z.number().nullable(),
});

type Values = z.output<typeof fields>;

export interface UpstreamSubmit {
  id: string;
  input: PutUpstreamInput;
}

const secretValue = /^\{\{secret:([A-Za-z0-9_]+)\}\}$/;

function authOf(values: Values, headers: Record<string, string>): PutUpstreamInput["auth"] {
  const { auth_type: type, secret, scope, client_id, client_secret, scopes } = values;
  switch (type) {
    case "none":
      return { type };
    case "bearer":
      return { type, secret };
    case "headers":
      return {
        type,
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => {
            const named = secretValue.exec(value.trim())?.[1];
            return [name, named === undefined ? { text: value } : { secret: named }];
          }),
        ),
      };
    case "oauth":
      return {
        ...{ type, scope },
        ...(client_id === "" ? {} : { client_id }),
        ...(client_secret === "" ? {} : { client_secret }),
        ...(scopes === "" ? {} : { scopes }),
      };
  }
}

/** The field that the API's complaint at `path` belongs to; a header's is its row's name or value. */
function fieldAt(values: Values, [first = "", second = "", ...rest]: PropertyKey[]): PropertyKey[] {
  if (first === "transport") return ["url"];
  if (first !== "auth") return [first];
  if (second === "type" || second === "") return ["auth_type"];
  if (second !== "headers") return [second];
  const [name, part] = rest;
  const row = values.headers.findIndex(({ key }) => key === name);
  return row === -1 ? ["headers"] : ["headers", row, part === undefined ? "key" : "value"];
}

/** The form's values → the upstream as the API takes it; `transport` is kept where it is no address. */
export function upstreamForm(kept: Upstream | undefined) {
  return fields.transform((values, context): UpstreamSubmit => {
    for (const [index, { value }] of values.headers.entries()) {
      if (!value.includes("{{") || secretValue.test(value.trim())) continue;
      const message = "A secret is the whole value: {{secret:NAME}}";
      context.addIssue({ code: "custom", path: ["headers", index, "value"], message });
    }
    const headers = pairsRecord().safeParse(values.headers);
    for (const { path, message } of headers.error?.issues ?? []) {
      context.addIssue({ code: "custom", path: ["headers", ...path], message });
    }
    const isCommand = kept?.transport.type === "stdio";
    const input: PutUpstreamInput = {
      name: values.name,
      ...(values.prefix === "" ? {} : { prefix: values.prefix }),
      transport: isCommand ? kept.transport : { type: "http", url: values.url },
      auth: authOf(values, headers.data ?? {}),
      enabled: values.enabled,
      expose_resources: values.expose_resources,
      expose_prompts: values.expose_prompts,
      new_tools: values.new_tools,
      ...(values.timeout_ms === null ? {} : { timeout_ms: values.timeout_ms }),
    };
    for (const issue of putUpstreamInput.safeParse(input).error?.issues ?? []) {
      const { path } = issue;
      // Of a record's key zod says why only inside.
      const message = (issue.code === "invalid_key" && issue.issues[0]?.message) || issue.message;
      context.addIssue({ code: "custom", path: fieldAt(values, path), message });
    }
    return { id: values.upstream_id, input };
  });
}

function headerPairs(auth: Upstream["auth"] | undefined): Pair[] {
  if (auth?.type !== "headers") return [];
  const entries = Object.entries(auth.headers).map(([name, value]) => [
    name,
    "text" in value ? value.text : `{{secret:${value.secret}}}`,
  ]);
  return toPairs(Object.fromEntries(entries));
}

/** What the form starts with. */
export function toUpstreamValues(upstream?: Upstream): z.input<typeof fields> {
  const { transport, auth } = upstream ?? {};
  const oauth = auth?.type === "oauth" ? auth : undefined;
  return {
    upstream_id: upstream?.upstream_id ?? "",
    name: upstream?.name ?? "",
    prefix: upstream?.prefix ?? "",
    url: transport?.type === "http" ? transport.url : "",
    auth_type: auth?.type ?? "none",
    secret: auth?.type === "bearer" ? auth.secret : "",
    headers: headerPairs(auth),
    scope: oauth?.scope ?? "tenant",
    client_id: oauth?.client_id ?? "",
    client_secret: oauth?.client_secret ?? "",
    scopes: oauth?.scopes ?? "",
    enabled: upstream?.enabled ?? true,
    expose_resources: upstream?.expose_resources ?? false,
    expose_prompts: upstream?.expose_prompts ?? false,
    new_tools: upstream?.new_tools ?? "hold",
    timeout_ms: upstream?.timeout_ms ?? null,
  };
}
