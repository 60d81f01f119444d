import { health, readHealth } from "#lib/admin/health.ts";
import { route } from "#lib/http/route.ts";

export const GET = route({
  scope: "public",
  summary: "Tell whether the deployment works",
  response: health,
  run: () => readHealth(),
});
