import { expect, test } from "vitest";
import { z } from "zod";
import { AppError, type ErrorCode, errorKinds, notFound } from "./errors.ts";
import { parse } from "./parse.ts";
import { toProblem } from "./problem.ts";

test.each(Object.keys(errorKinds) as ErrorCode[])("%s has a complete problem document", (code) => {
  const problem = toProblem(new AppError(code, "What to do."), "req-12345678");
  expect(problem).toEqual({
    type: `urn:tausestack:error:${code}`,
    title: expect.stringMatching(/^[A-Z].+/),
    status: expect.any(Number),
    detail: "What to do.",
    code,
    request_id: "req-12345678",
  });
  expect(problem.status).toBeGreaterThanOrEqual(400);
  expect(problem.status).toBeLessThan(600);
});

test("an unknown error says nothing of its cause", () => {
  for (const thrown of [
    new Error("password=hunter2"),
    "hunter2",
    { hunter2: 1 },
    null,
    undefined,
  ]) {
    const problem = toProblem(thrown, "req-12345678");
    expect(problem).toMatchObject({ status: 500, code: "internal", request_id: "req-12345678" });
    expect(JSON.stringify(problem)).not.toContain("hunter2");
  }
});

test("members such as limit and value are added, and none replaces a member of the document", () => {
  const extra = { limit: "max_tools", value: 10, status: 200, code: "ok", type: "x", title: "x" };
  const problem = toProblem(new AppError("limit_exceeded", "Full.", { extra }), "req-12345678");
  expect(problem).toMatchObject({
    limit: "max_tools",
    value: 10,
    status: 409,
    code: "limit_exceeded",
    type: "urn:tausestack:error:limit_exceeded",
    title: "A limit of the tenant is reached",
  });
});

test("a cause stays in the error and out of the document", () => {
  const error = new AppError("upstream_failed", "It failed.", { cause: new Error("hunter2") });
  expect(error.cause).toBeInstanceOf(Error);
  expect(JSON.stringify(toProblem(error, "req-12345678"))).not.toContain("hunter2");
});

test("a missing row is told by its kind and id alone", () => {
  expect(notFound("tool", "a").message).toBe('There is no tool "a".');
});

test("each mistake of an input is one entry with an RFC 6901 pointer, twenty at most", () => {
  const schema = z.object({
    "a/b~c": z.array(z.object({ n: z.number() })),
    many: z.array(z.int()),
  });
  const input = { "a/b~c": [{ n: 1 }, { n: "x" }], many: new Array(50).fill("x") };
  try {
    parse(schema, input);
    expect.unreachable();
  } catch (error) {
    const { code, errors, message } = error as AppError;
    expect(code).toBe("invalid_request");
    expect(errors).toHaveLength(20);
    expect(errors?.slice(0, 2).map((mistake) => mistake.pointer)).toEqual([
      "/a~1b~0c/1/n",
      "/many/0",
    ]);
    expect(message).toContain("/a~1b~0c/1/n: ");
  }
});
