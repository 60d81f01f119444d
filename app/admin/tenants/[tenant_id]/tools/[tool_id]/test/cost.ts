const dollars = new Intl.NumberFormat("en-US", {
  style: "currency",
  currency: "USD",
  maximumFractionDigits: 6,
});

/** Micro-units of the ledger's currency, in full. */
export function formatCost(micros: number): string {
  return dollars.format(micros / 1_000_000);
}
