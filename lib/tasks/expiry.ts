import { platformStatement } from "#db/transaction.ts";

const batch = 1_000;

const removeText = `delete from tasks where (tenant_id, task_id) in (
    select tenant_id, task_id from tasks where expires_at < now() limit $1)
  returning task_id`;

/** Removes every tenant's tasks that are past their time; answers how many went. */
export async function removeExpiredTasks(): Promise<number> {
  let removed = 0;
  for (;;) {
    const rows = await platformStatement(removeText, [batch]);
    removed += rows.length;
    if (rows.length < batch) return removed;
  }
}
