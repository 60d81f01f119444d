import { errorOf } from "#lib/gateway/answers.ts";
import { doors } from "#lib/gateway/doors.ts";
import { serveDoor } from "#lib/gateway/serve-door.ts";
import { rawRoute } from "#lib/http/raw-route.ts";

export const POST = rawRoute({
  permission: "gateway:use",
  summary: "Count a message's tokens, by a model of a provider that speaks Anthropic's dialect",
  body: doors.countTokens.input,
  error: errorOf(doors.countTokens),
  run: (ctx, { request }) => serveDoor(ctx, doors.countTokens, request),
});
