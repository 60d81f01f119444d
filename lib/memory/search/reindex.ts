import { and, eq, ne, sql } from "drizzle-orm";
import { memoryItems } from "#db/schema/memory.ts";
import { withTenant } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { itemColumns, searchColumns } from "../items/row.ts";
import { settingsOf } from "../settings.ts";

const atOnce = 200;

/**
 * Makes the words of the tenant's items anew where they are of another language than the tenant's;
 * answers how many it were. Until then they are found by words that both languages spell alike.
 */
export async function reindexItems(ctx: Ctx): Promise<number> {
  const { language } = await settingsOf(ctx);
  const isOther = and(
    eq(memoryItems.tenantId, ctx.tenantId),
    // Two ranges of the index, where an inequality would read all of it.
    sql`(${memoryItems.language} < ${language} or ${memoryItems.language} > ${language})`,
  );
  let sum = 0;
  for (;;) {
    const done = await withTenant(ctx.tenantId, async (tx) => {
      const rows = await tx
        .select(itemColumns)
        .from(memoryItems)
        .where(isOther)
        .limit(atOnce)
        .for("update", { skipLocked: true });
      for (const row of rows) {
        await tx
          .update(memoryItems)
          .set(searchColumns(ctx, row, row, language))
          .where(
            and(
              eq(memoryItems.tenantId, ctx.tenantId),
              eq(memoryItems.itemId, row.itemId),
              ne(memoryItems.language, language),
            ),
          );
      }
      return rows.length;
    });
    if (done === 0) return sum;
    sum += done;
  }
}
