import { expect, test } from "vitest";
import { toUpstreamValues, upstreamForm } from "./upstream-form-schema.ts";

const values = { ...toUpstreamValues(), upstream_id: "u", name: "U", url: "https://u.example/mcp" };

const issues = (given: object) =>
  upstreamForm(undefined)
    .safeParse({ ...values, ...given })
    .error?.issues.map(({ path }) => path.join("."));

test("each authentication goes to the API as its schema has it", () => {
  const authOf = (given: object) =>
    upstreamForm(undefined).parse({ ...values, ...given }).input.auth;
  expect(authOf({})).toEqual({ type: "none" });
  expect(authOf({ auth_type: "bearer", secret: "T" })).toEqual({ type: "bearer", secret: "T" });
  const headers = [
    { key: "X-A", value: "{{secret:T}}" },
    { key: "X-B", value: "plain" },
  ];
  expect(authOf({ auth_type: "headers", headers })).toEqual({
    type: "headers",
    headers: { "X-A": { secret: "T" }, "X-B": { text: "plain" } },
  });
  expect(authOf({ auth_type: "oauth", scope: "user" })).toEqual({ type: "oauth", scope: "user" });
});

test("a header that holds a secret and more is refused at its row, not sent as it stands", () => {
  const headers = [{ key: "Authorization", value: "Bearer {{secret:T}}" }];
  expect(issues({ auth_type: "headers", headers })).toContain("headers.0.value");
});

test("a mistake stands at its field", () => {
  expect(issues({ url: "ftp://x" })).toContain("url");
  expect(issues({ auth_type: "bearer", secret: "" })).toContain("secret");
});

test("a mistake in a header stands at its row's name or value, empty rows counted", () => {
  const empty = { key: "", value: "" };
  const wrong = (...headers: object[]) => issues({ auth_type: "headers", headers });
  expect(wrong(empty, { key: "Host", value: "x" })).toEqual(["headers.1.key"]);
  const refused = upstreamForm(undefined).safeParse({
    ...values,
    ...{ auth_type: "headers", headers: [{ key: "Host", value: "x" }] },
  });
  expect(refused.error?.issues[0]?.message).toBe("must not be a header of the connection's own");
  expect(wrong(empty, { key: "X-A", value: "\u00e9" })).toEqual(["headers.1.value"]);
  expect(wrong({ key: "X-A", value: "1" }, { key: "X-A", value: "2" })).toEqual(["headers.1.key"]);
  const many = Array.from({ length: 21 }, (_, at) => ({ key: `X-${at}`, value: "1" }));
  expect(wrong(...many)).toEqual(["headers"]);
});
