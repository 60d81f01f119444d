import { expect, test } from "vitest";
import { secretNamesIn } from "./secret-uses.ts";

test.each([
  [{ implementation: "https://x.example/{{secret:IN_URL}}" }, ["IN_URL"]],
  [{ headers: { authorization: "Bearer {{ secret:A }}{{secret:B}}" } }, ["A", "B"]],
  [{ body: [{ deep: ["{{secret:DEEP}}"] }] }, ["DEEP"]],
  [{ auth: { type: "bearer", secret: "TOKEN" } }, ["TOKEN"]],
  [{ auth: { type: "oauth2", client_secret: "CLIENT", client_id: "ID" } }, ["CLIENT"]],
  [{ auth: { type: "basic", password_secret: "PASSWORD" } }, ["PASSWORD"]],
  [{ implementation: "return 1", secrets: ["ONE", "TWO"] }, ["ONE", "TWO"]],
  [{ headers: { "x-key": "{{name}} SECRET {{secret:}}" } }, []],
  [{ transport: { env_secrets: { API_KEY: "OF_ENV" } } }, ["OF_ENV"]],
  [{}, []],
])("%j names %j", (config, names) => {
  expect([...secretNamesIn(config)]).toEqual(names);
});
