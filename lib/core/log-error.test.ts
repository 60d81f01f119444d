import { DrizzleQueryError } from "drizzle-orm/errors";
import { expect, test } from "vitest";
import { AppError } from "./errors.ts";
import { toLoggedError } from "./log-error.ts";

const logged = (error: unknown) => JSON.parse(JSON.stringify(toLoggedError(error)));

test("the statement that failed is logged, and nothing of what it carried", () => {
  const refused = Object.assign(new Error("null value in column"), {
    ...{ code: "23502", severity: "ERROR", detail: "Failing row contains (hunter2).\n    at x" },
    ...{ parameters: ["hunter2"], args: ["hunter2"], where: "parameter $1 = 'hunter2'" },
  });
  const params = ["hunter2", "two\n    at lines", { api_key: "hunter2" }];
  const failed = new DrizzleQueryError("insert into t values ($1)", params, refused);
  const error = new AppError("unavailable", "Try again.", { cause: failed, retryAfterSeconds: 1 });
  const shown = logged(error);
  expect(shown).toMatchObject({
    ...{ type: "AppError", message: "Try again.", code: "unavailable", retryAfterSeconds: 1 },
    stack: expect.stringContaining("log-error.test.ts"),
    cause: {
      ...{ type: "DrizzleQueryError", message: "Failed query: insert into t values ($1)" },
      stack: expect.stringContaining("log-error.test.ts"),
      cause: { message: "null value in column", code: "23502", severity: "ERROR" },
    },
  });
  expect(JSON.stringify(shown)).not.toMatch(/hunter2|lines/);
});

test("the errors of an aggregate are logged each with its cause", () => {
  const inner = new Error("inner", { cause: new Error("root") });
  expect(logged(new AggregateError([inner, "text"], "both"))).toMatchObject({
    message: "both",
    aggregateErrors: [{ message: "inner", cause: { message: "root" } }, "text"],
  });
});

test("what is no error is logged as it is", () => {
  expect([toLoggedError("text"), toLoggedError(null), toLoggedError({ a: 1 })]).toEqual([
    ...["text", null, { a: 1 }],
  ]);
});
