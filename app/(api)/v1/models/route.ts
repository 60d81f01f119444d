import { dialectOf, errorOfEither } from "#lib/gateway/error-shapes.ts";
import { listModels } from "#lib/gateway/models.ts";
import { rawRoute } from "#lib/http/raw-route.ts";

export const GET = rawRoute({
  permission: "gateway:use",
  summary: "List the models that can be asked, in the shape of OpenAI's or Anthropic's list",
  error: errorOfEither,
  run: async (ctx, { request }) => Response.json(await listModels(ctx, dialectOf(request))),
});
