import { expect, test } from "vitest";
import { buildOpenApi, type OpenApiDocument } from "#lib/http/openapi.ts";
import { groupEntries } from "./reference.ts";

const operation = (summary: string) => ({
  ...{ operationId: summary, summary, tags: [] },
  responses: {},
});

const document: OpenApiDocument = {
  ...buildOpenApi([]),
  paths: {
    "/tools": { get: operation("List the tools") },
    "/memory/{agent_id}": { delete: operation("Delete one"), get: operation("Read one") },
    "/tools/register": { post: operation("Register a tool") },
  },
};

const shown = (search?: string) =>
  groupEntries(document, search).map(({ name, entries }) => [
    name,
    entries.map(({ method, path }) => `${method} ${path}`),
  ]);

test("operations stand by their first segment, reads before writes", () => {
  expect(shown()).toEqual([
    ["memory", ["get /memory/{agent_id}", "delete /memory/{agent_id}"]],
    ["tools", ["get /tools", "post /tools/register"]],
  ]);
});

test("a search keeps what has all its words, in method, path or summary", () => {
  expect(shown("post TOOL")).toEqual([["tools", ["post /tools/register"]]]);
  expect(shown("read memory")).toEqual([["memory", ["get /memory/{agent_id}"]]]);
  expect(shown("nothing")).toEqual([]);
});
