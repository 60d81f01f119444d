import { expect, test } from "vitest";
import { maskedDocument } from "./document.ts";

test("a reader sees no value of a header, and none under the name of a credential", () => {
  const config = {
    implementation: "https://api.example.com/{id}",
    headers: { authorization: "Bearer abc", accept: "text/plain" },
    query: { api_key: "abc", page: "{{page}}" },
    body: { user: { password: "abc", name: "ana" } },
    auth: { type: "bearer", secret: "CRM_TOKEN" },
  };
  const { config: shown } = maskedDocument({ config });
  expect(shown).toEqual({
    ...config,
    headers: { authorization: "[secret]", accept: "[secret]" },
    query: { api_key: "[secret]", page: "{{page}}" },
    body: { user: { password: "[secret]", name: "ana" } },
  });
  expect(maskedDocument({ config: { type: "odd" } }).config).toEqual({ type: "odd" });
});
