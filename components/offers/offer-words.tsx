import { Badge } from "#components/ui/badge.tsx";
import type { Offer, OfferTerms, ReceivedOffer } from "#lib/offers/schema.ts";

export const kindWords = {
  tool: "Tool",
  prompt: "Prompt",
  resource: "Resource",
  memory: "Memory",
} as const;

export const stateLooks = {
  offered: { tone: "warning", word: "Offered" },
  accepted: { tone: "success", word: "Accepted" },
  declined: { tone: "neutral", word: "Declined" },
  revoked: { tone: "danger", word: "Revoked" },
  ended: { tone: "neutral", word: "Ended" },
} as const;

const count = new Intl.NumberFormat("en");
const money = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 6 });

/** Micro-units as units: `0.0025`. */
export function amountOf(micros: number): string {
  return money.format(micros / 1_000_000);
}

export function priceText({ price_micros }: Pick<OfferTerms, "price_micros">): string {
  return price_micros === 0 ? "Free" : `${amountOf(price_micros)} per call`;
}

/** `100 a day, 5,000 in all`. */
export function quotaText({ max_calls, max_calls_per_day }: OfferTerms): string {
  const parts = [
    ...(max_calls_per_day === null ? [] : [`${count.format(max_calls_per_day)} a day`]),
    ...(max_calls === null ? [] : [`${count.format(max_calls)} in all`]),
  ];
  return parts.length === 0 ? "Any number of calls" : parts.join(", ");
}

function isExpired({ state, expires_at }: Pick<Offer, "state" | "expires_at">): boolean {
  const stands = state === "offered" || state === "accepted";
  return stands && expires_at !== null && Date.parse(expires_at) <= Date.now();
}

/** What an offer has come to, expiry and waiting terms included. */
export function OfferState({ of }: { of: Offer | ReceivedOffer }) {
  if (isExpired(of)) return <Badge dot>Expired</Badge>;
  if ("terms_changed" in of && of.terms_changed) {
    return (
      <Badge tone="warning" dot>
        New terms
      </Badge>
    );
  }
  const { tone, word } = stateLooks[of.state];
  return (
    <Badge tone={tone} dot>
      {word}
    </Badge>
  );
}
