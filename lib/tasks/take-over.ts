import { and, eq } from "drizzle-orm";
import { tasks } from "#db/schema/tasks.ts";
import { withTenant } from "#db/transaction.ts";
import { AppError } from "#lib/core/errors.ts";
import { log } from "#lib/core/log.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import { remainingPermissions } from "./maker.ts";
import { toFailure, writeIfOurs } from "./outcome.ts";
import { one, type TaskRow } from "./row.ts";
import { runHere } from "./run.ts";
import { owner } from "./running.ts";
import { findTraits } from "./traits.ts";

/** A tool that takes its process along would take every process along in turn. */
const mostAttempts = 3;

/** Why a task that was interrupted cannot run again; null when it can. */
async function obstacle(row: TaskRow): Promise<string | null> {
  const traits = await findTraits(row.tenantId, row.mcpName);
  if (!traits) return "its tool is gone";
  if (!traits.repeatable) {
    return "its tool does not say that it may be called again (idempotentHint or readOnlyHint); whether it had done its work is not known";
  }
  if (row.attempts > mostAttempts) return `it was interrupted ${mostAttempts} times`;
  if ((await findSnapshot(row.tenantId))?.tenant.status !== "active") {
    return "the tenant is suspended";
  }
  return row.permissions.includes("tools:call") ? null : "whoever made it may not call tools now";
}

/** Runs a task of a process that is gone, now this process's own, again or ends it as failed. */
export async function takeOver(tenantId: string, taskId: string): Promise<void> {
  const [found] = await withTenant(tenantId, (tx) =>
    tx
      .select()
      .from(tasks)
      .where(and(one(tenantId, taskId), eq(tasks.status, "working"), eq(tasks.owner, owner))),
  );
  if (!found) return;
  const row = { ...found, permissions: await remainingPermissions(found) };
  const reason = await obstacle(row);
  log.info({ tenantId, taskId, reason }, "a task of a process that is gone is taken over");
  if (reason === null) {
    void runHere(row);
    return;
  }
  const detail = `The server that ran the task stopped, and it was not run again: ${reason}.`;
  await writeIfOurs(row, toFailure(new AppError("unavailable", detail), row.requestId));
}
