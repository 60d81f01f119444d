import { errorOf } from "#lib/gateway/answers.ts";
import { doors } from "#lib/gateway/doors.ts";
import { serveDoor } from "#lib/gateway/serve-door.ts";
import { rawRoute } from "#lib/http/raw-route.ts";

export const POST = rawRoute({
  permission: "gateway:use",
  summary: "Embed texts, by a model of a provider that speaks OpenAI's dialect",
  body: doors.embeddings.input,
  error: errorOf(doors.embeddings),
  run: (ctx, { request }) => serveDoor(ctx, doors.embeddings, request),
});
