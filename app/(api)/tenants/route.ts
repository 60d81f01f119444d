import { z } from "zod";
import { visibleTenants } from "#lib/admin/tenants.ts";
import { pageQuery, searchText } from "#lib/core/page.ts";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { tenant } from "#lib/tenants/schema.ts";

export const GET = route({
  scope: "platform",
  summary: "List the tenants that the credential may see",
  query: pageQuery.extend({ search: searchText }),
  response: z.array(tenant),
  run: async (ctx, { query, request }) => paged(request, await visibleTenants(ctx, query)),
});
