import { foreignKeyViolation, postgresError } from "#db/errors.ts";
import { platformStatement, tenantScope, tenantStatement } from "#db/transaction.ts";
import { singleton } from "#lib/core/singleton.ts";
import { giveBackText } from "#lib/usage/settlements.ts";

/** What a call asks of each budget that concerns it: all of them, or none. */
export interface Asked {
  reservationId: string;
  budgetIds: readonly string[];
  micros: number;
  /** How long it is kept, should nobody settle it. */
  seconds: number;
}

/** A window that a reservation stands in; `startsAt` as PostgreSQL wrote it. */
export interface ReservedWindow {
  budgetId: string;
  startsAt: string;
}

// Windows are moved in the order of their key. The table's check refuses one reservation too many,
// and with it the whole statement; limit and window are those of the database at this moment.
const reserveText = `${tenantScope}, line as materialized (
    select scope.tenant_id, l.* from scope, lateral (
      select r.reservation_id, r.budget_id, r.micros, b.limit_micros,
        date_trunc(b.period, now(), 'UTC') as starts_at,
        now() + make_interval(secs => r.seconds) as expires_at
      from json_to_recordset($2::json)
        as r (reservation_id text, budget_id text, micros bigint, seconds double precision)
      join budgets b on b.tenant_id = scope.tenant_id and b.budget_id = r.budget_id offset 0
    ) l
  ), moved as (
    insert into budget_windows as w
      (tenant_id, budget_id, starts_at, reserved_micros, maximum_micros)
    select tenant_id, budget_id, starts_at, sum(micros)::bigint, max(limit_micros)
    from line group by tenant_id, budget_id, starts_at order by tenant_id, budget_id, starts_at
    on conflict (tenant_id, budget_id, starts_at) do update set
      reserved_micros = w.reserved_micros + excluded.reserved_micros,
      maximum_micros = excluded.maximum_micros
  )
  insert into budget_reservations
    (tenant_id, reservation_id, budget_id, starts_at, micros, expires_at)
  select tenant_id, reservation_id, budget_id, starts_at, micros, expires_at from line
  returning reservation_id, budget_id, starts_at::text as starts_at`;

const checkViolation = "23514";

type Outcome = readonly ReservedWindow[] | "full" | "gone";

async function take(tenantId: string, batch: readonly Asked[]): Promise<Outcome[] | "full"> {
  const lines = batch.flatMap(({ reservationId, budgetIds, micros, seconds }) =>
    budgetIds.map((budget_id) => ({
      ...{ reservation_id: reservationId, budget_id, micros, seconds },
    })),
  );
  try {
    const rows = await tenantStatement(tenantId, reserveText, [JSON.stringify(lines)]);
    const taken = new Map<string, ReservedWindow[]>();
    for (const { reservation_id, budget_id, starts_at } of rows) {
      const id = String(reservation_id);
      const window = { budgetId: String(budget_id), startsAt: String(starts_at) };
      taken.set(id, [...(taken.get(id) ?? []), window]);
    }
    return batch.map(({ reservationId }) => taken.get(reservationId) ?? []);
  } catch (error) {
    if (postgresError(error)?.code === checkViolation) return "full";
    // A budget went between the look at it and its window.
    if (foreignKeyViolation(error) !== undefined) return batch.map(() => "gone");
    throw error;
  }
}

interface Waiting {
  asked: Asked;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

/** What waits for the statement under way; a tenant without one is absent. */
const queues = singleton("budgets.queues", () => new Map<string, Waiting[]>());

const largestBatch = 200;

async function takeAll(tenantId: string, batch: readonly Waiting[]): Promise<void> {
  try {
    const outcome = await take(
      tenantId,
      batch.map(({ asked }) => asked),
    );
    if (outcome !== "full") {
      for (const [at, waiting] of batch.entries()) waiting.resolve(outcome[at] ?? []);
    } else if (batch.length === 1) {
      batch[0]?.resolve("full");
    } else {
      // Together they are too many: each by itself, in the order of their coming.
      for (const waiting of batch) await takeAll(tenantId, [waiting]);
    }
  } catch (error) {
    for (const waiting of batch) waiting.reject(error);
  }
}

async function drain(tenantId: string, queue: Waiting[]): Promise<void> {
  // One turn of the event loop gathers what is already on its way in.
  await new Promise((resolve) => setImmediate(resolve));
  while (queue.length > 0) await takeAll(tenantId, queue.splice(0, largestBatch));
  queues.delete(tenantId);
}

/**
 * Reserves in every window of the budgets asked for, exactly on all processes together. `full`: not
 * all have the room, and none has reserved anything; `gone`: one was deleted meanwhile. What one
 * process asks for while a statement is under way shares the next one.
 */
export function takeWindows(tenantId: string, asked: Asked): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const queue = queues.get(tenantId);
    if (queue) queue.push({ asked, resolve, reject });
    else {
      const fresh: Waiting[] = [{ asked, resolve, reject }];
      queues.set(tenantId, fresh);
      void drain(tenantId, fresh);
    }
  });
}

/** Gives back what has expired, of one tenant or of all; answers how many reservations. */
export async function giveBackExpired(tenantId: string | null): Promise<number> {
  let given = 0;
  for (;;) {
    const rows = await platformStatement(giveBackText, [tenantId]);
    if (rows.length === 0) return given;
    given += rows.length;
  }
}
