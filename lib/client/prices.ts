import {
  deletedPrice,
  type PutPricesInput,
  type PutPricesResult,
  putPricesResult,
} from "#lib/prices/schema.ts";
import { callApi, pathOf } from "./api.ts";

/** Adds prices to the platform's list, all or none. */
export function putPrices(body: PutPricesInput): Promise<PutPricesResult> {
  return callApi({ method: "PUT", path: "/prices", body, response: putPricesResult });
}

/** Takes back a price whose time has not come. */
export async function deletePrice(priceId: string): Promise<void> {
  await callApi({ method: "DELETE", path: pathOf("prices", priceId), response: deletedPrice });
}
