import fc from "fast-check";
import { expect, test } from "vitest";
import { costOf, mostTokensOf, worstCaseOf } from "./prices.ts";

const micros = fc.integer({ min: 0, max: 1_000_000_000 });
const text = fc.string({ unit: "binary", maxLength: 60 });

test("no answer within its limits costs more than the worst case, whatever the prices", () => {
  fc.assert(
    fc.property(
      fc.record({ input_micros: micros, output_micros: micros, cached_micros: micros }),
      fc.array(text, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (price, texts, maxTokens, cachedShare, outShare) => {
        const bytes = texts.reduce((sum, each) => sum + Buffer.byteLength(each), 0);
        const tokensIn = bytes + texts.length * 4 + 3;
        const cost = costOf(price, {
          ...{ tokensIn, tokensCached: Math.floor(tokensIn * cachedShare) },
          ...{ tokensOut: Math.floor(maxTokens * outShare), isCounted: true },
        });
        const most = { tokensIn: mostTokensOf(texts), tokensOut: maxTokens };
        expect(worstCaseOf(price, most)).toBeGreaterThanOrEqual(cost ?? 0);
      },
    ),
  );
});

test("without a price nobody knows the worst case", () => {
  expect(worstCaseOf(undefined, { tokensIn: 0, tokensOut: 1 })).toBeNull();
});
