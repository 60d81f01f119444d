import { platformStatement } from "#db/transaction.ts";
import type { Ctx, OfferKind } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";

const facts = `select r.provider_name, o.offer_id is not null and o.state = 'accepted' as stands,
    o.terms_digest = r.accepted_terms as is_agreed,
    o.expires_at is not null and o.expires_at <= now() as is_over,
    o.max_calls is not null and o.calls >= o.max_calls as is_used_up, o.max_calls,
    o.max_calls_per_day
  from received_offers r left join offers o on o.tenant_id = r.provider_id
    and o.offer_id = r.offer_id and o.consumer_id = r.tenant_id
  where r.tenant_id = $1 and r.offer_id = $2 and r.kind = $3 and r.state in ('accepted', 'revoked')
    and r.exposed_name is not null`;

/**
 * Why a use of an offer is not let through, in words for the receiving tenant; what it has not
 * accepted is missing. Tells nothing of the offering tenant but what the offer said.
 */
export async function refusalToPass(ctx: Ctx, offerId: string, kind: OfferKind): Promise<AppError> {
  if (ctx.principal.type === "offer") {
    return new AppError(
      "forbidden",
      "What is called by an offer cannot use what other tenants offer: offers are not passed on.",
    );
  }
  const [row] = await platformStatement(facts, [ctx.tenantId, offerId, kind]);
  if (!row) return notFound("offer", offerId);
  const whose = `The offer of "${row.provider_name}"`;
  if (row.stands !== true) return new AppError("forbidden", `${whose} was revoked.`);
  if (row.is_over === true) return new AppError("forbidden", `${whose} has expired.`);
  if (row.is_agreed !== true) {
    return new AppError(
      "conflict",
      `The terms of the offer of "${row.provider_name}" have changed. Look at them and accept them again.`,
    );
  }
  if (row.is_used_up === true) {
    return new AppError("limit_exceeded", `${whose} is used up: ${row.max_calls} calls in all.`, {
      extra: { limit: "max_calls", value: Number(row.max_calls) },
    });
  }
  if (row.max_calls_per_day !== null) {
    return new AppError(
      "limit_exceeded",
      `${whose} is used up for today: ${row.max_calls_per_day} calls a day, counted from midnight, UTC.`,
      { extra: { limit: "max_calls_per_day", value: Number(row.max_calls_per_day) } },
    );
  }
  return new AppError("forbidden", `${whose} cannot be used now.`);
}
