import { LinkTabs } from "#components/shell/link-tabs.tsx";
import type { UsageReport } from "#lib/usage/schema.ts";
import { amountOf } from "./offer-words.tsx";

/** Both sides of a tenant's offers. */
export function OfferTabs({ base }: { base: string }) {
  return (
    <LinkTabs
      label="Offers"
      tabs={[
        { href: base, label: "Offered" },
        { href: `${base}/received`, label: "Received" },
      ]}
    />
  );
}

const count = new Intl.NumberFormat("en");

/** What was called in a time, and what that brought in or cost: `12 calls, 0.30`. */
export function sumText({ calls, micros }: UsageReport["consumed"]): string {
  return `${count.format(calls)} ${calls === 1 ? "call" : "calls"}, ${amountOf(micros)}`;
}
