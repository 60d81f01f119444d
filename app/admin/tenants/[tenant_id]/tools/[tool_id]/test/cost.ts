const dollars = new Intl.NumberFormat("en-US", {
  style: "currency",
  currency: "USD",
  maximumFractionDigits: 6,
});

/** Micro-units of the ledger's currency, in full; null is a cost that nobody knows. */
export function formatCost(micros: number | null): string {
  if (micros === null) return "Unknown";
  return dollars.format(micros / 1_000_000);
}
