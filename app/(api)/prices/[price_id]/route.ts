import { route } from "#lib/http/route.ts";
import { deletedPrice } from "#lib/prices/schema.ts";
import { deletePrice } from "#lib/prices/service.ts";

export const DELETE = route({
  scope: "platform",
  permission: "platform:write",
  summary: "Take back a price whose time has not come",
  response: deletedPrice,
  run: async (ctx, { params }) => {
    const price_id = params.price_id ?? "";
    await deletePrice(ctx, price_id);
    return { status: "deleted" as const, price_id };
  },
});
