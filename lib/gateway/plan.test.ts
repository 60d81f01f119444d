import { expect, test } from "vitest";
import { orderTargets } from "./plan.ts";

const names = (targets: { model: string }[]) => targets.map(({ model }) => model).join("");

test("without weights the models keep their order", () => {
  expect(names(orderTargets([{ model: "a" }, { model: "b" }], 0.99))).toBe("ab");
  expect(names(orderTargets([{ model: "a", weight: 0 }, { model: "b" }], 0.5))).toBe("ab");
});

test("the first is drawn by the weights, and the others follow as they are listed", () => {
  const targets = [{ model: "a", weight: 1 }, { model: "b", weight: 3 }, { model: "c" }];
  const drawn = [0, 0.24, 0.26, 0.99].map((random) => names(orderTargets(targets, random)));
  expect(drawn).toEqual(["abc", "abc", "bac", "bac"]);
});
