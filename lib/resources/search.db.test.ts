import { expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { listResources, registerResource } from "./service.ts";

useTestDatabase();

test("a search finds the tenant's resources by id and by name, in either case", async () => {
  const ctx = await freshTenant();
  const other = await freshTenant();
  const rest = { uri: "file:///data", type: "file" };
  await registerResource(ctx, { resource_id: "crm", name: "Customers", ...rest });
  await registerResource(ctx, { resource_id: "customers_old", name: "Archive", ...rest });
  await registerResource(ctx, { resource_id: "logs", name: "Logs", ...rest });
  await registerResource(other, { resource_id: "customers", name: "Customers", ...rest });
  const { items } = await listResources(ctx, { search: "cUSTOMERS" });
  expect(items.map((resource) => resource.resource_id)).toEqual(["crm", "customers_old"]);
});
