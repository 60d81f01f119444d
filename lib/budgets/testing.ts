import { database } from "#db/client.ts";
import type { Ctx } from "#lib/core/ctx.ts";

/** What the windows of a tenant's budgets hold in all, and how many reservations there are. */
export async function standing({ tenantId }: Pick<Ctx, "tenantId">) {
  const [row] = await database().owner`
    select coalesce(sum(spent_micros), 0)::float8 as spent,
      coalesce(sum(reserved_micros), 0)::float8 as reserved,
      (select count(*)::int from budget_reservations where tenant_id = ${tenantId}) as open
    from budget_windows where tenant_id = ${tenantId}`;
  return row as { spent: number; reserved: number; open: number };
}

/** Lets a tenant's reservations expire: all of them, or one. */
export async function expire(
  { tenantId }: Pick<Ctx, "tenantId">,
  reservationId: string | null = null,
): Promise<void> {
  await database().owner`
    update budget_reservations set expires_at = now() - interval '1 second'
    where tenant_id = ${tenantId} and reservation_id = coalesce(${reservationId}, reservation_id)`;
}
