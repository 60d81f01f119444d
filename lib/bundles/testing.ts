import type { Ctx } from "#lib/core/ctx.ts";
import { createPrompt } from "#lib/prompts/service.ts";
import { greet } from "#lib/prompts/testing.ts";
import { registerResource } from "#lib/resources/service.ts";
import { registerTool } from "#lib/tools/service.ts";
import { exportBundle } from "./export.ts";
import { applyBundle, planBundle } from "./import.ts";
import type { BundlePlan, BundleResult, PlanBundleInput } from "./schema.ts";

/** Something of every kind, as the tenant's people would have made it. */
export async function fill(ctx: Ctx): Promise<void> {
  await registerTool(ctx, {
    ...{ tool_id: "crm", name: "find_customer", title: "Find", pinned: true },
    config: {
      implementation: "https://crm.example.com/customers/{id}",
      method: "GET",
      headers: { authorization: "Bearer {{secret:CRM_KEY}}", accept: "application/json" },
    },
    parameters: { id: { type: "string", required: true } },
    annotations: { readOnlyHint: true },
  });
  await registerTool(ctx, {
    ...{ tool_id: "add", name: "add", is_dynamic: true, timeout_ms: 1_000 },
    config: { implementation: "return {sum: args.a + args.b}", secrets: ["SALT"] },
    parameters: { a: { type: "number" }, b: { type: "number" } },
    output_schema: { type: "object", properties: { sum: { type: "number" } } },
  });
  await createPrompt(ctx, greet());
  await registerResource(ctx, {
    ...{ resource_id: "orders", name: "Orders", type: "api", uri: "orders://{id}" },
    ...{ source: "https://crm.example.com/orders/{id}", annotations: { priority: 1 } },
    ...{ metadata: { team: "sales" }, access_permissions: ["read"] },
  });
}

/** Plans and applies in one. */
export async function importInto(
  ctx: Ctx,
  input: PlanBundleInput,
): Promise<{ plan: BundlePlan; result: BundleResult }> {
  const plan = await planBundle(ctx, input);
  return { plan, result: await applyBundle(ctx, { ...input, plan_hash: plan.plan_hash }) };
}

/** The whole of a tenant as a bundle. */
export const wholeOf = (ctx: Ctx) => exportBundle(ctx, {});
