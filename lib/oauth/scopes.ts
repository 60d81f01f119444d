import type { TenantPermission } from "#lib/core/permissions.ts";

/** How much a scope lets an application do; the consent page groups by it. */
export type ScopeGroup = "read" | "change" | "call";

interface Scope {
  group: ScopeGroup;
  /** What it allows, under the heading of its group: "It may look", "It may change", "It may act". */
  words: string;
}

/** The permissions that an application may be given: those that MCP uses. */
export const scopeWords = {
  "tools:read": { group: "read", words: "see the tools" },
  "tools:call": { group: "call", words: "call the tools, which may reach other systems" },
  "resources:read": { group: "read", words: "read the resources" },
  "resources:write": { group: "change", words: "the resources" },
  "prompts:read": { group: "read", words: "read the prompts" },
  "memory:read": { group: "read", words: "read what agents remember" },
  "memory:write": { group: "change", words: "what agents remember" },
} as const satisfies Partial<Record<TenantPermission, Scope>>;

export type OAuthScope = keyof typeof scopeWords;

export const oauthScopes = Object.keys(scopeWords) as OAuthScope[];

export function isOAuthScope(name: string): name is OAuthScope {
  return Object.hasOwn(scopeWords, name);
}

/** What a client is offered that asks for no scope of ours. */
export const defaultScopes: readonly OAuthScope[] = [
  "tools:read",
  "tools:call",
  "resources:read",
  "prompts:read",
  "memory:read",
];

/** The permissions in a scope parameter, in our order. */
export function scopesIn(text: string): OAuthScope[] {
  const named = new Set(text.split(" "));
  return oauthScopes.filter((scope) => named.has(scope));
}

/** A scope parameter with the default permissions added where it names none of ours. */
export function withDefaultScopes(text: string | undefined): string {
  const asked = text ?? "";
  return scopesIn(asked).length > 0 ? asked : [asked, ...defaultScopes].join(" ").trim();
}
