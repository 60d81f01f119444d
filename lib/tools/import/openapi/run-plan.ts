import { runInThread } from "#lib/core/own-thread.ts";
import type { Plan, PlanOptions } from "./plan.ts";
import type { PlanTask } from "./plan-worker.ts";

/** `planImport` in a thread of its own. Throws `invalid_request`, and `unavailable`. */
export function runPlan(tenantId: string, text: string, options: PlanOptions): Promise<Plan> {
  const task: PlanTask = { text, options };
  return runInThread<Plan>(tenantId, "lib/tools/import/openapi/plan-worker.ts", task);
}
