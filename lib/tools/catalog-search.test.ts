import { expect, test } from "vitest";
import { searchOf } from "./catalog-search.ts";

const tools = [
  { name: "send_invoice", description: "Sends an invoice to a customer" },
  { name: "invoice", description: "Reads one" },
  { name: "invoicing_report", description: "Sums of a month" },
  { name: "reinvoice", description: "Does it again" },
  { name: "billing", title: "Invoice archive", description: "Old ones" },
  { name: "mailer", description: "Mails an invoice" },
  { name: "búsquedaÁgil", title: "Búsqueda ágil", description: "Encuentra artículos" },
];

const find = searchOf(tools, (tool) => tool);
const names = (query: string, limit = 10) => find(query, limit).map(({ name }) => name);

test("a name ranks above a title above a description, a word above a beginning above a part", () => {
  expect(names("invoice")).toEqual(["invoice", "send_invoice", "reinvoice", "billing", "mailer"]);
  expect(names("invoic")).toEqual([
    "send_invoice",
    "invoice",
    "invoicing_report",
    "reinvoice",
    "billing",
    "mailer",
  ]);
});

test("what has more of the words comes first, wherever they stand", () => {
  expect(names("invoice customer")[0]).toBe("send_invoice");
  expect(names("mail an invoice to somebody")[0]).toBe("mailer");
});

test("accents, case and the way words are joined do not matter", () => {
  for (const query of ["BUSQUEDA AGIL", "búsqueda", "agil", "busqueda_agil", "articulo"]) {
    expect(names(query)).toEqual(["búsquedaÁgil"]);
  }
});

test("short words are found as words alone", () => {
  expect(names("an")).toEqual(["send_invoice", "mailer"]);
  expect(names("zz")).toEqual([]);
});

test("a query without words lists all in their order, and a limit holds", () => {
  expect(names("", 2)).toEqual(["send_invoice", "invoice"]);
  expect(names("…!", 3)).toHaveLength(3);
  expect(names("invoice", 2)).toEqual(["invoice", "send_invoice"]);
});

test("a thousand tools are searched within 5 ms", () => {
  const many = Array.from({ length: 1_000 }, (_, n) => ({
    name: `tool_${n}_${["orders", "users", "reports"][n % 3]}`,
    title: `Tool number ${n}`,
    description: "Looks up what the customer asked for, and answers with rows. ".repeat(5),
  }));
  const search = searchOf(many, (tool) => tool);
  const times = Array.from({ length: 20 }, () => {
    const startedAt = performance.now();
    expect(search("find the orders of a customer by number", 20)).toHaveLength(20);
    return performance.now() - startedAt;
  });
  // The best of them: others share the machine.
  expect(Math.min(...times)).toBeLessThan(5);
});
