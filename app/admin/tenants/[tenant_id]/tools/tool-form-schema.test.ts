import { expect, test } from "vitest";
import { registerToolInput, type Tool } from "#lib/tools/schema.ts";
import { dynamicToolForm, registerToolForm, toToolFields } from "./tool-form-schema.ts";

const tool: Tool = {
  tool_id: "search",
  name: "Search",
  description: "Looks things up",
  config: {
    implementation: "https://api.example.com/search",
    method: "PUT",
    headers: { "x-team": "a" },
    timeout_ms: 5000,
    retries: 2,
    type: "lookup",
  },
  is_dynamic: false,
  parameters: { query: { type: "string", required: true } },
  title: "Search everything",
  icons: [{ src: "https://example.com/icon.png", mimeType: "image/png", sizes: ["48x48"] }],
  annotations: { readOnlyHint: true },
  output_schema: { type: "object", properties: { hits: { type: "array" } } },
  meta: { "com.example/team": "search" },
  confirm: "always",
  pinned: true,
  task_support: "optional",
  timeout_ms: 60_000,
  tenant_id: "acme",
  mcp_name: "Search",
  ...{
    status: "published",
    revision: 1,
    latest_revision: 1,
    has_draft: false,
    draft_revision: null,
  },
  created_at: "2026-11-22T00:00:00.000Z",
  updated_at: "2026-11-22T00:00:00.000Z",
};

const open = () => ({ ...toToolFields(tool), tool_id: tool.tool_id, is_dynamic: false });

test("a tool that is opened and saved stays the same, keys without a field included", () => {
  expect(registerToolForm.parse(open())).toEqual(registerToolInput.parse(tool));
});

test("what is left empty is not sent, so that defaults stay defaults", () => {
  const values = { ...toToolFields(undefined), name: "a", kind: "internal" as const };
  expect(dynamicToolForm.parse({ ...values, internal: { handler: "echo" } })).toMatchObject({
    implementation: "internal:echo",
    config: {},
  });
});

test("the API's own complaints stand at the fields that they are about", () => {
  const opened = open();
  const values = {
    ...opened,
    name: "",
    http: { ...opened.http, url: "https://user:pw@api.example.com", timeout_ms: 0 },
    parameters: "[]",
  };
  const paths = (form: typeof values) =>
    registerToolForm.safeParse(form).error?.issues.map((issue) => issue.path.join("."));
  expect(paths(values)).toEqual(["parameters"]);
  expect(paths({ ...values, parameters: "{}" })).toEqual(["name", "http.url", "http.timeout_ms"]);
});

test("a header that cannot be set is named", () => {
  const opened = open();
  const headers = [
    { key: "X-Team", value: "a" },
    { key: "Host", value: "x" },
  ];
  const values = { ...opened, http: { ...opened.http, headers } };
  const [issue] = registerToolForm.safeParse(values).error?.issues ?? [];
  expect(issue?.path).toEqual(["http", "headers", 1, "value"]);
  expect(issue?.message).toContain("cannot be set");
});

test("a dynamic tool needs an implementation", () => {
  const result = dynamicToolForm.safeParse({ ...toToolFields(undefined), name: "a" });
  expect(result.error?.issues.map((issue) => issue.path.join("."))).toEqual(["http.url"]);
});

test("what the form has no fields for is kept as JSON", () => {
  const odd = { ...tool, config: { implementation: "return args.a", runtime: "python" } };
  const values = { ...toToolFields(odd), tool_id: tool.tool_id, is_dynamic: false };
  expect(registerToolForm.parse(values).config).toEqual(odd.config);
});

test("the fields of another kind are not asked for, and not sent", () => {
  const opened = open();
  const values = {
    ...opened,
    kind: "internal" as const,
    internal: { handler: "time" },
    http: { ...opened.http, url: "nonsense" },
  };
  expect(registerToolForm.parse(values).config).toEqual({
    implementation: "internal:time",
    type: "lookup",
  });
});

test("a key with a field of its own is refused in the JSON beside it", () => {
  const result = registerToolForm.safeParse({ ...open(), config: '{"retries": 1}' });
  expect(result.error?.issues.map((issue) => issue.path.join("."))).toEqual(["config"]);
});
