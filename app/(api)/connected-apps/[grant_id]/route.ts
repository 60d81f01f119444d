import { route } from "#lib/http/route.ts";
import { revokeConnectedApp } from "#lib/oauth/apps.ts";
import { revokedApp } from "#lib/oauth/schema.ts";

export const DELETE = route({
  scope: "tenant",
  summary: "Disconnect an application on every process",
  response: revokedApp,
  run: (ctx, { params }) => revokeConnectedApp(ctx, params.grant_id ?? ""),
});
