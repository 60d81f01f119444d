/**
 * The one order of lib/: a domain imports only from tiers before its own. Domains that share a
 * tier do not import each other. `boot` (lib/boot.ts) composes everything and stands last.
 */
export const tiers: readonly (readonly string[])[] = [
  ["core"],
  ["audit"],
  ["tenants"],
  ["auth"],
  ["oauth"],
  ["usage"],
  ["budgets", "prices"],
  ["http"],
  ["secrets"],
  ["providers"],
  ["offers", "gateway"],
  ["memory", "resources", "upstreams"],
  ["tools", "prompts"],
  ["tasks"],
  ["federation"],
  ["mcp"],
  ["bundles"],
  ["billing"],
  ["communications"],
  ["analytics"],
  ["admin"],
  ["demo"],
  ["boot"],
];

/** Parts of lib/ that are adapters over verbs and may therefore import the `route()` wrapper. */
export const transports: readonly string[] = ["http", "gateway", "mcp", "boot"];

/** Files of db/schema (no extension) a domain owns, where that is not just its own name. */
export const ownedSchemas: Readonly<Record<string, readonly string[]>> = {
  // The platform's side of a tenant: creating, suspending and deleting one crosses tenants.
  admin: ["admin", "tenants"],
  // The verbs of offers look at tools, prompts and resources, which ask lib/offers in turn.
  federation: ["federation", "offers"],
  tools: ["tools", "tool-governance", "upstream-tools"],
  upstreams: ["upstreams", "leases"],
};

/** Files of lib/ that bind it to Next or React; everything else there is framework-free. */
export const frameworkFiles: readonly string[] = ["lib/auth/session.ts", "lib/auth/next-auth.ts"];
