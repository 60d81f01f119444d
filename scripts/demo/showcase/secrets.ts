import { randomText } from "#lib/core/ids.ts";
import { errorCode, type Workshop } from "./workshop.ts";

/** An HTTP tool with a secret: the endpoint gets it, and nobody else, however it comes back. */
export async function showSecrets(workshop: Workshop): Promise<void> {
  const { report, service, must, rest, call } = workshop;
  report.section("A secret, and an HTTP tool that uses it");
  const value = `s3cr3t-${randomText(24)}`;
  await must("PUT", "/secrets/ORDERS_TOKEN", { value, description: "Token of the orders' API" });
  await must("POST", "/tools/register", {
    tool_id: "order_status",
    name: "order_status",
    description: "Where an order is",
    parameters: { order_id: { type: "integer", required: true } },
    config: {
      implementation: `${service.url}/orders/{order_id}`,
      method: "GET",
      auth: { type: "bearer", secret: "ORDERS_TOKEN" },
    },
  });
  const result = await call("order_status", { order_id: 7 });
  const told = JSON.stringify(result);
  const got = service.last.authorization === `Bearer ${value}`;
  report.check("the endpoint gets the secret", errorCode(result) === null && got);
  const masked = told.includes("Bearer [secret]") && !told.includes(value);
  report.check("the endpoint echoes it, and the caller sees a mask", masked, "Bearer [secret]");

  const next = `s3cr3t-${randomText(24)}`;
  await must("PUT", "/secrets/ORDERS_TOKEN", { value: next });
  await call("order_status", { order_id: 8 });
  const rotated = service.last.authorization === `Bearer ${next}`;
  report.check("a new value is used by the next call, the tool unchanged", rotated);

  const places = ["/secrets", "/secrets/ORDERS_TOKEN", "/tools/order_status", "/audit", "/usage"];
  const leaks: string[] = [];
  for (const path of places) {
    const text = JSON.stringify((await rest("GET", path)).body);
    if (text.includes(value) || text.includes(next)) leaks.push(path);
  }
  const found = leaks.length === 0 ? places.join(", ") : `it stands in ${leaks.join(", ")}`;
  report.check("no answer of the API has it", leaks.length === 0, found);
  const { status } = await rest("DELETE", "/secrets/ORDERS_TOKEN");
  report.check("a secret that a tool names is not deleted by mistake", status === 409, `${status}`);
}
