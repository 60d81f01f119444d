import { z } from "zod";
import { pageQuery } from "#lib/core/page.ts";

export const connectedAppQuery = pageQuery;

export const connectedApp = z
  .object({
    grant_id: z.string(),
    tenant_id: z.string(),
    client_id: z.string(),
    client_name: z.string(),
    client_uri: z.string().nullable(),
    logo_uri: z.string().nullable(),
    /** `metadata`: its own web site describes it. `dynamic`: it described itself. */
    registration: z.enum(["metadata", "dynamic"]),
    /** Where its answers go. */
    redirect_uri: z.string(),
    /** The MCP endpoint that its tokens are for. */
    resource: z.string(),
    scopes: z.array(z.string()),
    granted_by: z.object({
      type: z.enum(["operator", "member"]),
      id: z.string(),
      email: z.string(),
    }),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    last_used_at: z.iso.datetime().nullable(),
  })
  .meta({ id: "ConnectedApp" });

export type ConnectedApp = z.output<typeof connectedApp>;

export const revokedApp = z.object({ status: z.literal("revoked"), grant_id: z.string() });

export type RevokedApp = z.output<typeof revokedApp>;

export const signingKeys = z
  .object({
    keys: z.array(
      z.object({
        key_id: z.string(),
        state: z.enum(["next", "current", "retired"]),
        created_at: z.iso.datetime(),
        activated_at: z.iso.datetime().nullable(),
        retired_at: z.iso.datetime().nullable(),
      }),
    ),
  })
  .meta({ id: "SigningKeys" });

export type SigningKeys = z.output<typeof signingKeys>;
