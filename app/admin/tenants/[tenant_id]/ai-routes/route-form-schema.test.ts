import { expect, test } from "vitest";
import type { AiRoute } from "#lib/gateway/schema.ts";
import { routeForm, toRouteValues } from "./route-form-schema.ts";

const at = new Date(0).toISOString();
const route: AiRoute = {
  ...{ tenant_id: "t", alias: "fast", timeout_ms: 2500, created_at: at, updated_at: at },
  updated_by: { type: "key", id: "k" },
  targets: [
    { model: "openai/small", weight: 3, problem: null },
    { model: "anthropic/small", problem: null },
  ],
};

test("a route goes through the form unchanged", () => {
  expect(routeForm.parse(toRouteValues(route))).toEqual({
    alias: "fast",
    input: {
      targets: [{ model: "openai/small", weight: 3 }, { model: "anthropic/small" }],
      timeout_ms: 2500,
    },
  });
});

const twice = { model: "openai/small", weight: null };

test.each([
  [{ alias: "a/b" }, "alias"],
  [{ timeout_seconds: 0 }, "timeout_seconds"],
  [{ targets: [{ model: "small", weight: null }] }, "targets.0.model"],
  [{ targets: [{ model: "openai/small", weight: -1 }] }, "targets.0.weight"],
  [{ targets: [twice, twice] }, "targets.1.model"],
  [{ targets: [] }, "targets.0.model"],
])("%j is told at %s", (wrong, place) => {
  const { error } = routeForm.safeParse({ ...toRouteValues(route), ...wrong });
  expect(error?.issues.map(({ path }) => path.join("."))).toEqual([place]);
});
