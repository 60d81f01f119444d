import { Reply } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { answerAuthorization } from "#lib/upstreams/oauth/finish.ts";
import { authorizationAnswer } from "#lib/upstreams/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "upstreams:read",
  summary: "Where a person comes back to from an upstream's authorization server",
  query: authorizationAnswer,
  run: async (ctx, { query }) =>
    new Reply(null, { status: 303, headers: { location: await answerAuthorization(ctx, query) } }),
});
