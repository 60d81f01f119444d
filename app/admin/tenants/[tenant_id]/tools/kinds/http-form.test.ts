import { expect, test } from "vitest";
import { httpConfig } from "#lib/tools/config/http-config.ts";
import { httpForm } from "./http-form.ts";

const configs = [
  { implementation: "https://api.example.com" },
  {
    implementation: "https://api.example.com/{id}",
    method: "PUT",
    query: { a: "{{id}}", list: ["x", "{{y}}"] },
    headers: { "X-A": "1" },
    body: { a: "{{id}}" },
    auth: { type: "basic", username: "ana", password_secret: "PW" },
    response: { select: "a.b", type: "json", max_bytes: 10, stream: true },
    timeout_ms: 5,
    retries: 1,
  },
  { implementation: "https://a.example", body: "text {{id}}", body_type: "text" },
  { implementation: "https://a.example", body: "{{payload}}" },
  { implementation: "https://a.example", body: ["{{a}}", 1, null] },
  { implementation: "https://a.example", body: { a: "1" }, body_type: "form" },
  { implementation: "https://a.example", body_type: "form" },
  { implementation: "https://a.example", body_type: "none" },
  {
    implementation: "https://a.example",
    auth: { type: "api_key", in: "query", name: "k", secret: "K" },
  },
  {
    implementation: "https://a.example",
    auth: {
      type: "oauth2_client_credentials",
      ...{ token_url: "https://a.example/t", client_id: "c", client_secret: "S" },
      ...{ scope: "a b", audience: "x", client_auth: "post" },
    },
  },
];

test.each(configs)(
  "a config goes through the form unchanged, and the runtime takes it: %j",
  (config) => {
    const back = httpForm.compose(httpForm.toFields(config));
    expect(back).toEqual({ config });
    expect(httpConfig.parse(config)).toBeDefined();
  },
);

test("JSON that is none is told at the body", () => {
  const values = { ...httpForm.toFields({}), body_mode: "json", body: "{" };
  expect(httpForm.compose(values)).toEqual({
    issues: [{ path: ["body"], message: "Not valid JSON." }],
  });
});

test("a complaint stands at the field that it is about", () => {
  const values = httpForm.toFields(configs[1] ?? {});
  expect(httpForm.fieldAt(["auth", "password_secret"], values)).toEqual(["auth", "secret"]);
  expect(httpForm.fieldAt(["response", "type"], values)).toEqual(["read_as"]);
  expect(httpForm.fieldAt(["query", "list", 1], values)).toEqual(["query", 1, "value"]);
  expect(httpForm.fieldAt(["body", "a"], values)).toEqual(["body"]);
});
