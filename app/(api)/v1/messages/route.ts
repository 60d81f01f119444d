import { errorOf } from "#lib/gateway/answers.ts";
import { doors } from "#lib/gateway/doors.ts";
import { serveDoor } from "#lib/gateway/serve-door.ts";
import { rawRoute } from "#lib/http/raw-route.ts";

export const POST = rawRoute({
  permission: "gateway:use",
  summary: "Ask a language model, in the shape of Anthropic's messages",
  body: doors.messages.input,
  error: errorOf(doors.messages),
  run: (ctx, { request }) => serveDoor(ctx, doors.messages, request),
});
