import { and, eq, inArray } from "drizzle-orm";
import { offers } from "#db/schema/offers.ts";
import type { Tx } from "#db/transaction.ts";
import type { Ctx, OfferKind } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";

/**
 * Refuses the deletion of what other tenants have accepted and use; ask in its transaction. Throws
 * `conflict`, naming them.
 */
export async function refuseOffered(
  tx: Tx,
  ctx: Ctx,
  kind: OfferKind,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const rows = await tx
    .select({ to: offers.consumerId, objectId: offers.objectId })
    .from(offers)
    .where(
      and(
        eq(offers.tenantId, ctx.tenantId),
        eq(offers.kind, kind),
        inArray(offers.objectId, [...ids]),
        eq(offers.state, "accepted"),
      ),
    )
    .limit(6);
  const [first] = rows;
  if (!first) return;
  const names = rows.slice(0, 5).map(({ to }) => `"${to}"`);
  const more = rows.length > 5 ? " and others" : "";
  throw new AppError(
    "conflict",
    `The ${kind} "${first.objectId}" is offered to ${names.join(", ")}${more}, which use it. Revoke the offers first.`,
  );
}
