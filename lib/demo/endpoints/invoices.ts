import { z } from "zod";
import { endpoint, round } from "./endpoint.ts";

/** What the service asks its callers for; it runs on loopback, and its invoices are made up. */
export const invoicesToken = "demo-facturas-7f3a9c51";

const vatRate = 0.21;

/** Net amounts in euros. */
const issued = [
  { number: "F-2025-014", month: "2025-08", concept: "Plan anual de analítica", net: 990 },
  { number: "F-2025-015", month: "2025-09", concept: "Plan anual de analítica", net: 990 },
  { number: "F-2025-016", month: "2025-09", concept: "Horas de formación", net: 480 },
  { number: "F-2025-017", month: "2025-10", concept: "Plan anual de analítica", net: 990 },
];

const input = z.object({
  month: z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/, "se escribe como 2025-09"),
});

/** The invoices of a month, with their VAT. */
const answer = endpoint(input, ({ month }) => {
  const invoices = issued
    .filter((invoice) => invoice.month === month)
    .map(({ number, concept, net }) => ({
      number,
      concept,
      net,
      total: round(net * (1 + vatRate)),
    }));
  return { month, invoices, total: round(invoices.reduce((sum, { total }) => sum + total, 0)) };
});

export const invoices = { ...answer, token: invoicesToken };
