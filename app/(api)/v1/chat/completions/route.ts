import { errorOf } from "#lib/gateway/answers.ts";
import { doors } from "#lib/gateway/doors.ts";
import { serveDoor } from "#lib/gateway/serve-door.ts";
import { rawRoute } from "#lib/http/raw-route.ts";

export const POST = rawRoute({
  permission: "gateway:use",
  summary: "Ask a language model, in the shape of OpenAI's chat completions",
  body: doors.chat.input,
  error: errorOf(doors.chat),
  run: (ctx, { request }) => serveDoor(ctx, doors.chat, request),
});
