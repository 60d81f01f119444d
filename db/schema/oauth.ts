import { customType, index, json, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { createdAt, tenantIdColumn, time } from "./columns.ts";
import { tenants } from "./tenants.ts";

const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });

/** What a person let an application do in one tenant: the grant that its tokens live by. */
export const connectedApps = pgTable(
  "connected_apps",
  {
    tenantId: tenantIdColumn().references(() => tenants.tenantId, { onDelete: "cascade" }),
    grantId: text("grant_id").notNull(),
    userType: text("user_type", { enum: ["operator", "member"] }).notNull(),
    userId: text("user_id").notNull(),
    userEmail: text("user_email").notNull(),
    clientId: text("client_id").notNull(),
    clientName: text("client_name").notNull(),
    clientUri: text("client_uri"),
    logoUri: text("logo_uri"),
    redirectUri: text("redirect_uri").notNull(),
    /** How we know the client: it told us by itself, or its own web site says it. */
    registration: text("registration", { enum: ["dynamic", "metadata"] }).notNull(),
    /** The MCP endpoint that its tokens are for. */
    resource: text("resource").notNull(),
    scopes: text("scopes").array().notNull(),
    createdAt: createdAt(),
    expiresAt: time("expires_at").notNull(),
    lastUsedAt: time("last_used_at"),
    revokedAt: time("revoked_at"),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.grantId] }),
    // The authorization server knows a grant by its id alone.
    index("connected_apps_by_grant").on(t.grantId),
  ],
);

/** What the authorization server keeps for a while: clients, interactions, codes, refresh tokens. */
export const oauthArtifacts = pgTable(
  "oauth_artifacts",
  {
    kind: text("kind").notNull(),
    /** SHA-256 of the id, which for codes and tokens is the secret itself. */
    idHash: bytea("id_hash").notNull(),
    sealedPayload: text("sealed_payload").notNull(),
    grantId: text("grant_id"),
    createdAt: createdAt(),
    /** Null: for good. */
    expiresAt: time("expires_at"),
    consumedAt: time("consumed_at"),
  },
  (t) => [
    primaryKey({ columns: [t.kind, t.idHash] }),
    index("oauth_artifacts_by_grant").on(t.grantId),
    index("oauth_artifacts_by_expiry").on(t.expiresAt),
  ],
);

/** The keys that sign access tokens. One is next: published, so that verifiers know it before its turn. */
export const oauthKeys = pgTable("oauth_keys", {
  keyId: text("key_id").primaryKey(),
  state: text("state", { enum: ["next", "current", "retired"] }).notNull(),
  publicJwk: json("public_jwk").notNull(),
  sealedPrivateJwk: text("sealed_private_jwk").notNull(),
  createdAt: createdAt(),
  activatedAt: time("activated_at"),
  retiredAt: time("retired_at"),
});
