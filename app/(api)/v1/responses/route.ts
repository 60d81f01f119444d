import { errorOf } from "#lib/gateway/answers.ts";
import { doors } from "#lib/gateway/doors.ts";
import { serveDoor } from "#lib/gateway/serve-door.ts";
import { rawRoute } from "#lib/http/raw-route.ts";

export const POST = rawRoute({
  permission: "gateway:use",
  summary:
    "Ask a language model of a provider that speaks OpenAI's dialect, in the shape of its responses",
  body: doors.responses.input,
  error: errorOf(doors.responses),
  run: (ctx, { request }) => serveDoor(ctx, doors.responses, request),
});
