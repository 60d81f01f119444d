import { expect, test } from "vitest";
import { findMistake } from "./commit-message.ts";

test.each([
  "feat: add tenants",
  "fix(tools)!: refuse a tool without a schema\n\nIt was accepted and then failed.\n",
  "docs: tell how to add a domain\n# Please enter the commit message\n# On branch main\n",
  "Merge branch 'main' into feature",
  'Revert "feat: add tenants"',
  "fixup! feat: add tenants",
])("%j is accepted", (message) => {
  expect(findMistake(message)).toBeNull();
});

test.each([
  ["Added tenants", /type\(scope\)/],
  ["feature: add tenants", /type\(scope\)/],
  ["feat:add tenants", /type\(scope\)/],
  ["feat(Tools Page): add", /type\(scope\)/],
  ["", /type\(scope\)/],
  [`feat: ${"a".repeat(95)}`, /101 characters/],
  ["feat: add tenants\nand tools", /second line/],
])("%j is refused with the reason", (message, reason) => {
  expect(findMistake(message)).toMatch(reason);
});
