import { withTenant } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { asLimitExceeded } from "#lib/tenants/limits.ts";
import { embedSoon } from "../embeddings/background.ts";
import { isEmbedded } from "../embeddings/model.ts";
import { expiriesOf } from "../expiry.ts";
import { noteChange } from "../notices.ts";
import { settingsOf } from "../settings.ts";
import type { Place } from "./row.ts";
import type { Writing } from "./write.ts";

/** Commits writes of items, tells of what changed, and says a refused limit in the caller's words. */
export async function commitItems<T>(
  ctx: Ctx,
  write: (writing: Writing) => Promise<T>,
  touched: (result: T) => readonly Place[],
): Promise<T> {
  const [settings, expiries] = await Promise.all([settingsOf(ctx), expiriesOf(ctx)]);
  // Most tenants have no model, and their writes wait for nothing more.
  const embeds = settings.embedding !== null && (await isEmbedded(settings));
  try {
    const result = await withTenant(ctx.tenantId, (tx) =>
      write({ tx, ctx, settings, expiries, embeds, written: new Set() }),
    );
    if (embeds) embedSoon(ctx.tenantId);
    for (const place of touched(result)) noteChange(ctx.tenantId, place);
    return result;
  } catch (error) {
    throw asLimitExceeded(error) ?? error;
  }
}
