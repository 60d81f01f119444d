import { dialectOf, errorOfEither } from "#lib/gateway/error-shapes.ts";
import { getModel } from "#lib/gateway/models.ts";
import { rawRoute } from "#lib/http/raw-route.ts";

export const GET = rawRoute({
  permission: "gateway:use",
  summary: "Read one of the models that can be asked",
  error: errorOfEither,
  run: async (ctx, { request, params }) =>
    Response.json(await getModel(ctx, params.model ?? "", dialectOf(request))),
});
