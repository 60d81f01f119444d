import { and, eq } from "drizzle-orm";
import { tasks } from "#db/schema/tasks.ts";
import { withTenant } from "#db/transaction.ts";
import { systemTenantCtx } from "#lib/auth/identity.ts";
import { getKey } from "#lib/auth/keys.ts";
import { AppError } from "#lib/core/errors.ts";
import { log } from "#lib/core/log.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import { toFailure, writeIfOurs } from "./outcome.ts";
import { one, type TaskRow } from "./row.ts";
import { runHere } from "./run.ts";
import { owner } from "./running.ts";
import { findTraits } from "./traits.ts";

/** A tool that takes its process along would take every process along in turn. */
const mostAttempts = 3;

/** A key that was revoked meanwhile must not call a tool once more. */
async function keyIsActive({ tenantId, principalType, principalId }: TaskRow): Promise<boolean> {
  if (principalType !== "key") return true;
  const ctx = systemTenantCtx("tasks", tenantId);
  const key = await getKey(ctx, principalId).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "not_found") return null;
    throw error;
  });
  return key?.status === "active";
}

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
  return (await keyIsActive(row)) ? null : "the key that made it is no longer active";
}

/** Runs a task of a process that is gone, now this process's own, again or ends it as failed. */
export async function takeOver(tenantId: string, taskId: string): Promise<void> {
  const [row] = await withTenant(tenantId, (tx) =>
    tx
      .select()
      .from(tasks)
      .where(and(one(tenantId, taskId), eq(tasks.status, "working"), eq(tasks.owner, owner))),
  );
  if (!row) return;
  const reason = await obstacle(row);
  log.info({ tenantId, taskId, reason }, "a task of a process that is gone is taken over");
  if (reason === null) {
    void runHere(row);
    return;
  }
  const detail = `The server that ran the task stopped, and it was not run again: ${reason}.`;
  await writeIfOurs(row, toFailure(new AppError("unavailable", detail), row.requestId));
}
