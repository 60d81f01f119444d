import { expect, test } from "vitest";
import { ApiError, messageOf, toApiError, toFailure } from "./api-error.ts";

const problem = {
  type: "urn:tausestack:error:invalid_request",
  title: "The request is not valid",
  status: 400,
  detail: "/name: must not be empty",
  code: "invalid_request",
  request_id: "req-1",
};

test("a problem document becomes an error with its code, words and request id", () => {
  const error = toApiError(400, problem);
  expect(error).toMatchObject({ code: "invalid_request", message: problem.detail });
  expect(error.requestId).toBe("req-1");
});

test("an answer without a problem document still says something", () => {
  expect(toApiError(502, "<html>Bad gateway</html>").message).toContain("502");
});

test("a form learns which fields are wrong", () => {
  const errors = [{ pointer: "/name", message: "must not be empty" }];
  expect(toFailure(toApiError(400, { ...problem, errors })).errors).toEqual(errors);
  expect(toFailure(toApiError(409, { ...problem, detail: "taken" }))).toEqual({ detail: "taken" });
});

test("a failure of the server says what to quote", () => {
  const error = toApiError(500, { ...problem, code: "internal", detail: "Quote the request id." });
  expect(messageOf(error)).toBe("Quote the request id. It is req-1.");
});

test("an error of our own code shows nothing of its inside", () => {
  expect(messageOf(new TypeError("x is undefined"))).not.toContain("undefined");
  expect(messageOf(new ApiError("unreachable", "No way there."))).toBe("No way there.");
});
