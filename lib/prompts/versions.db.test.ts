import { expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { createPrompt, getPrompt, putPrompt } from "./service.ts";
import { greet, refusal, written } from "./testing.ts";
import { getPromptVersion, listPromptVersions, restorePromptVersion } from "./versions.ts";

useTestDatabase();

test("each write is the next version, and the one before stays as it was", async () => {
  const ctx = await freshTenant();
  const first = await createPrompt(ctx, greet());
  const second = await putPrompt(ctx, "greet", written("Hi {{who}}"));
  expect(second).toMatchObject({ version: 2, latest_version: 2, created_at: first.created_at });
  const kept = await getPromptVersion(ctx, "greet", "1");
  expect(kept).toMatchObject({ version: 1, is_current: false, messages: first.messages });
  expect(kept.created_by).toEqual({ type: "key", id: "key_test" });
  const { items } = await listPromptVersions(ctx, "greet", {});
  expect(items.map(({ version, is_current }) => [version, is_current])).toEqual([
    [2, true],
    [1, false],
  ]);
});

test("a write made on a version that is no longer the current one is a conflict", async () => {
  const ctx = await freshTenant();
  await createPrompt(ctx, greet());
  await putPrompt(ctx, "greet", { ...written("Hi {{who}}"), base_version: 1 });
  const late = await refusal(putPrompt(ctx, "greet", { ...written("Yo"), base_version: 1 }));
  expect(late).toMatchObject({ code: "conflict", extra: { version: 2 } });
  expect((await refusal(putPrompt(ctx, "greet", { ...written(), base_version: 0 }))).code).toBe(
    "conflict",
  );
  expect((await refusal(putPrompt(ctx, "other", { ...written(), base_version: 3 }))).code).toBe(
    "conflict",
  );
  expect((await getPrompt(ctx, "greet")).version).toBe(2);
});

test("of twenty writes at once on one version one succeeds; unconditional ones are all kept", async () => {
  const ctx = await freshTenant();
  await createPrompt(ctx, greet());
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, at) =>
      putPrompt(ctx, "greet", { ...written(`${at}`), base_version: 1 }),
    ),
  );
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const made = await Promise.all(
    Array.from({ length: 12 }, (_, at) => putPrompt(ctx, "greet", written(`${at}`))),
  );
  expect(made.map(({ version }) => version).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 12 }, (_, at) => at + 3),
  );
});

test("a version put in use again is the current one, and the next write still gets a new number", async () => {
  const ctx = await freshTenant();
  const first = await createPrompt(ctx, greet());
  await putPrompt(ctx, "greet", written("Hi {{who}}"));
  const restored = await restorePromptVersion(ctx, "greet", "1");
  expect(restored).toMatchObject({ version: 1, latest_version: 2, messages: first.messages });
  expect(await restorePromptVersion(ctx, "greet", "1")).toEqual(restored);
  expect((await putPrompt(ctx, "greet", written("Yo"))).version).toBe(3);
});

test("versions are listed page by page, newest first", async () => {
  const ctx = await freshTenant();
  for (const _ of [1, 2, 3]) await putPrompt(ctx, "greet", written());
  const first = await listPromptVersions(ctx, "greet", { limit: 2 });
  const second = await listPromptVersions(ctx, "greet", {
    limit: 2,
    cursor: first.next ?? undefined,
  });
  const numbers = [first, second].map(({ items }) => items.map(({ version }) => version));
  expect([numbers, second.next]).toEqual([[[3, 2], [1]], null]);
});
