import fc from "fast-check";
import { expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { isSecretName } from "#lib/core/secrets.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { bundleFormats } from "./schema.ts";
import { importInto, wholeOf } from "./testing.ts";
import { bundleText } from "./text.ts";

useTestDatabase();

const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,12}$/).filter((text) => text !== "new");
const line = fc.string({ unit: "grapheme", maxLength: 30 }).filter((text) => !/\p{Cc}/u.test(text));
const key = fc.string({ maxLength: 8 }).filter((text) => !isSecretName(text));
const json = fc.dictionary(
  key,
  fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.string({ unit: "binary", maxLength: 12 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(key, tie("value"), { maxKeys: 3 }),
    ),
  })).value,
  { maxKeys: 4 },
);

const tool = fc.record({
  tool_id: name,
  description: line,
  config: json.map((config) => ({ ...config, implementation: "internal:echo" })),
  meta: fc.constantFrom({}, { "example.com/a": [1, "x"] }),
  pinned: fc.boolean(),
  confirm: fc.constantFrom("never", "always"),
  timeout_ms: fc.option(fc.integer({ min: 1, max: 1_000 })),
});

const prompt = fc.record({
  name,
  title: fc.option(fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 20 })),
  messages: fc.array(line, { minLength: 1, maxLength: 3 }).map((texts) =>
    texts.map((text) => ({
      role: "user",
      content: { type: "text", text: text.replaceAll(/[{}]/g, "") },
    })),
  ),
});

const resource = fc.record({
  resource_id: name,
  name: fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 20 }),
  type: fc.constantFrom("file", "api"),
  uri: name.map((text) => `x://${text}`),
  metadata: json,
});

const bundles = fc.record({
  tausestack_bundle: fc.constant(1),
  tools: fc
    .uniqueArray(tool, { selector: ({ tool_id }) => tool_id, maxLength: 4 })
    .map((all) => all.map((one) => ({ ...one, name: one.tool_id }))),
  prompts: fc.uniqueArray(prompt, { selector: ({ name: id }) => id, maxLength: 3 }),
  resources: fc.uniqueArray(resource, {
    ...{ selector: ({ resource_id }) => resource_id, minLength: 1, maxLength: 3 },
  }),
});

test("whatever a bundle defines is the same in the next tenant, and importing it again changes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(bundles, fc.constantFrom(...bundleFormats), async (bundle, format) => {
      const [one, other] = [await freshTenant(), await freshTenant()];
      const first = await importInto(one, { bundle });
      expect(first.plan.items.flatMap(({ reasons }) => reasons)).toEqual([]);
      expect((await importInto(one, { bundle })).plan.summary.create).toBe(0);
      const exported = await wholeOf(one);
      const text = bundleText(exported, format);
      await importInto(other, { bundle: text });
      expect(bundleText(await wholeOf(other), format)).toBe(text);
      const { plan } = await importInto(other, { bundle: text });
      expect(plan.items.every(({ action }) => action === "unchanged")).toBe(true);
    }),
    { numRuns: 12 },
  );
}, 120_000);
