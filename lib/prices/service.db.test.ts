import { beforeEach, expect, test } from "vitest";
import { database } from "#db/client.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listPlatformAudit } from "#lib/audit/service.ts";
import { platformCtx } from "#lib/testing/context.ts";
import { findPrice } from "./lookup.ts";
import { deletePrice, listPrices, putPrices } from "./service.ts";

useTestDatabase();

const ctx = platformCtx();
const mini = { provider: "openai", model: "mini", input_micros: 10, output_micros: 20 };
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

beforeEach(async () => {
  await database().owner`delete from model_prices`;
  // The list is kept for a minute where nothing is announced.
  await putPrices(ctx, { prices: [{ ...mini, model: "other" }] });
});

const listed = async (query = {}) =>
  (await listPrices(ctx, { model: "mini", ...query })).items.map((price) => [
    price.input_micros,
    price.status,
  ]);

test("a price holds from its moment until the next one's, and is never changed", async () => {
  const old = { ...mini, input_micros: 5, effective_from: "2026-01-01T00:00:00Z" };
  const coming = { ...mini, input_micros: 30, effective_from: inAnHour() };
  expect(await putPrices(ctx, { prices: [old, mini, coming] })).toEqual({ added: 3, unchanged: 0 });
  expect(await listed()).toEqual([[10, "current"]]);
  expect(await listed({ status: "all" })).toEqual([
    [5, "past"],
    [10, "current"],
    [30, "future"],
  ]);
  expect(await findPrice("openai", "mini")).toMatchObject({ input_micros: 10 });
  expect(await findPrice("anthropic", "mini")).toBeUndefined();
  expect(await putPrices(ctx, { prices: [old, coming] })).toEqual({ added: 0, unchanged: 2 });
  const other = { ...old, output_micros: 1 };
  await expect(
    putPrices(ctx, { prices: [{ ...mini, model: "new" }, other] }),
  ).rejects.toMatchObject({
    code: "conflict",
    status: 409,
    message: expect.stringContaining("prices/1"),
  });
  expect(await findPrice("openai", "new")).toBeUndefined();
});

test("a new price is what the next call goes by", async () => {
  await putPrices(ctx, { prices: [mini] });
  expect(await findPrice("openai", "mini")).toMatchObject({ input_micros: 10 });
  await putPrices(ctx, { prices: [{ ...mini, input_micros: 11 }] });
  expect(await findPrice("openai", "mini")).toMatchObject({ input_micros: 11 });
});

test("a list comes page by page, in one order", async () => {
  const prices = [1, 2, 3].map((day) => ({
    ...{ ...mini, input_micros: day, effective_from: `2026-01-0${day}T00:00:00.123Z` },
  }));
  await putPrices(ctx, { prices });
  const found: number[] = [];
  let cursor: string | undefined;
  do {
    const query = { model: "mini", status: "all" as const, limit: 1 };
    const page = await listPrices(ctx, { ...query, ...(cursor ? { cursor } : {}) });
    found.push(...page.items.map(({ input_micros }) => input_micros));
    cursor = page.next ?? undefined;
  } while (cursor);
  expect(found).toEqual([1, 2, 3]);
});

test("only a price whose time has not come is taken back, and each change is in the platform's log", async () => {
  await putPrices(ctx, { prices: [mini, { ...mini, effective_from: inAnHour() }] });
  const { items } = await listPrices(ctx, { model: "mini", status: "all" });
  const [now, coming] = items.map(({ price_id }) => price_id) as [string, string];
  await expect(deletePrice(ctx, now)).rejects.toMatchObject({ code: "conflict" });
  await deletePrice(ctx, coming);
  await expect(deletePrice(ctx, coming)).rejects.toMatchObject({ code: "not_found" });
  await expect(deletePrice(ctx, "price_x")).rejects.toMatchObject({ code: "not_found" });
  const log = await listPlatformAudit(ctx, { limit: 10, target_id: coming });
  expect(log.items.map(({ action }) => action)).toEqual(["price.delete", "price.create"]);
});

test("prices are the operator's: reading and writing need the platform's scopes", async () => {
  const scope = { code: "insufficient_scope", status: 403 };
  const reader = platformCtx(["platform:read"]);
  expect((await listPrices(reader, {})).items).toHaveLength(1);
  await expect(putPrices(reader, { prices: [mini] })).rejects.toMatchObject(scope);
  await expect(deletePrice(reader, "price_x")).rejects.toMatchObject(scope);
  await expect(listPrices(platformCtx(["usage:read"]), {})).rejects.toMatchObject(scope);
});

test.each([
  [{ prices: [] }, "/prices"],
  [{ prices: [{ ...mini, input_micros: 0.5 }] }, "/prices/0/input_micros"],
  [{ prices: [{ ...mini, provider: "https://x" }] }, "/prices/0/provider"],
  [{ prices: [{ ...mini, effective_from: "soon" }] }, "/prices/0/effective_from"],
])("%j is refused, pointing at %s", async (input, pointer) => {
  await expect(putPrices(ctx, input as never)).rejects.toMatchObject({
    code: "invalid_request",
    errors: [{ pointer }],
  });
});
