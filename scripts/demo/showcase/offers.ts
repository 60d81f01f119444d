import { z } from "zod";
import { receivedOffer, receivedOfferNow } from "#lib/offers/schema.ts";
import { callToolResult } from "#lib/tools/schema.ts";
import { usageReport } from "#lib/usage/schema.ts";
import { errorCode, msUntil, openPartner, type Workshop } from "./workshop.ts";

const made = z.object({ offers: z.array(z.object({ offer_id: z.string() })).min(1) });

/** A tool of one tenant that another may use: on both sides' word, and no longer than both want. */
export async function showOffers(workshop: Workshop): Promise<void> {
  const { report, must, rest } = workshop;
  report.section("An offer to another tenant");
  const partner = await openPartner(workshop);
  const theirs = async (method: string, path: string, body?: unknown) =>
    rest(method, path, body, partner.key);
  await must("POST", "/tools/register", {
    ...{ tool_id: "rate", name: "rate", description: "The rate of a currency" },
    config: { implementation: "return { rate: 1.25 }" },
  });
  const offer = { kind: "tool", object_id: "rate", price_micros: 250_000, max_calls: 10 };
  const { offers } = made.parse(
    await must("POST", "/federation/offers", { ...offer, to: [partner.id] }),
  );
  const id = offers[0]?.offer_id ?? "";
  const at = `/federation/offers/received/${id}`;
  const looked = receivedOfferNow.parse((await theirs("GET", at)).body);
  const taken = await theirs("POST", `${at}/accept`, { prefix: "acme", digest: looked.digest });
  const accepted = receivedOffer.safeParse(taken.body).data;
  const name = accepted?.exposed_name ?? "";
  report.check("the other tenant looks at it and accepts", taken.status === 200, name);

  const call = async () => {
    const path = `/tools/${accepted?.tool_id}/call`;
    const answer = await theirs("POST", path, { arguments: {} });
    const result = callToolResult.safeParse(answer.body).data;
    return { result, code: result ? errorCode(result) : `${answer.status}` };
  };
  const { result, code } = await call();
  const answered = JSON.stringify(result?.structuredContent) === JSON.stringify({ rate: 1.25 });
  report.check("its call runs here", code === null && answered, code ?? "");
  const provided = usageReport.parse(await must("GET", "/usage")).provided;
  const consumed = usageReport.parse((await theirs("GET", "/usage")).body).consumed;
  const both = provided.micros === 250_000 && consumed.micros === 250_000;
  const told = `provided ${provided.micros}, consumed ${consumed.micros} micro-units`;
  report.check("both ledgers have its price", both, told);

  await must("DELETE", `/federation/offers/${id}`);
  const ms = await msUntil(async () => (await call()).code !== null);
  report.check("revoked, the next call is refused", ms !== null && ms < 1000, `after ${ms} ms`);
}
