import { expect, test } from "vitest";
import { isSameServer, mcpResourceAt, parseResource } from "./resource.ts";

test("an MCP endpoint is /mcp, or a tenant's own by a well-formed slug", () => {
  expect(mcpResourceAt("/mcp")).toEqual({ path: "/mcp", tenantId: null });
  expect(mcpResourceAt("/mcp/")).toEqual({ path: "/mcp", tenantId: null });
  expect(mcpResourceAt("/t/acme_1/mcp")).toEqual({ path: "/t/acme_1/mcp", tenantId: "acme_1" });
  for (const path of ["/", "/mcp/x", "/t//mcp", "/t/A/mcp", "/t/a/b/mcp", "/t/%61/mcp", "/tools"]) {
    expect(mcpResourceAt(path), path).toBeNull();
  }
});

test("a resource indicator is an MCP endpoint of this server alone", () => {
  const own = "https://ts.example";
  expect(parseResource("https://ts.example/mcp", own)?.path).toBe("/mcp");
  for (const indicator of [
    "https://ts.example",
    "https://ts.example/mcp?x=1",
    "https://ts.example/mcp#x",
    "https://me@ts.example/mcp",
    "https://other.example/mcp",
    "http://ts.example/mcp",
    "https://ts.example:8443/mcp",
    "mcp",
    "",
  ]) {
    expect(parseResource(indicator, own), indicator).toBeNull();
  }
});

test("the names of this machine are one server, at one port and one scheme", () => {
  const url = (text: string) => new URL(text);
  expect(isSameServer(url("http://localhost:3000"), url("http://127.0.0.1:3000"))).toBe(true);
  expect(isSameServer(url("http://[::1]:3000"), url("http://127.0.0.1:3000"))).toBe(true);
  expect(isSameServer(url("http://localhost:3001"), url("http://127.0.0.1:3000"))).toBe(false);
  expect(isSameServer(url("https://localhost:3000"), url("http://127.0.0.1:3000"))).toBe(false);
  expect(
    isSameServer(url("http://localhost.evil.example:3000"), url("http://127.0.0.1:3000")),
  ).toBe(false);
});
