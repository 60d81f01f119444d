import { expect, test } from "vitest";
import { clients, serverName } from "./client-config.ts";

const url = "https://mcp.example.com/t/acme/mcp";
const key = "tsk_acme_secret";
const byKey = { name: "acme", url, key };
const byOAuth = { name: "acme", url, key: null };

const codes = (id: string, connection: typeof byKey | typeof byOAuth) =>
  (clients.find((client) => client.id === id)?.steps(connection) ?? []).flatMap(
    ({ code }) => code ?? [],
  );
const isJson = (code: string) => code.startsWith("{");

test.each(clients.map(({ id }) => id))("what %s is given names the address", (id) => {
  for (const connection of [byKey, byOAuth]) {
    expect(codes(id, connection).join("\n")).toContain(url);
  }
});

test.each(clients.map(({ id }) => id))("%s is given the key when it sends one", (id) => {
  expect(codes(id, byKey).join("\n")).toContain(key);
});

test.each(clients.map(({ id }) => id))("%s is given no credential when it signs in", (id) => {
  expect(JSON.stringify(codes(id, byOAuth))).not.toMatch(/Bearer|Authorization|input/);
});

test.each(["claude-code", "claude-desktop", "cursor", "vs-code", "chatgpt"])(
  "the configuration of %s is JSON",
  (id) => {
    const found = codes(id, byKey).filter(isJson);
    expect(found).toHaveLength(1);
    expect(JSON.stringify(JSON.parse(found[0] ?? ""))).toContain(url);
  },
);

const parsed = (id: string, connection: typeof byKey | typeof byOAuth) =>
  JSON.parse(codes(id, connection).find(isJson) ?? "null") as unknown;
const headers = { Authorization: `Bearer ${key}` };

test("each client has its own form", () => {
  expect(parsed("claude-code", byKey)).toEqual({
    mcpServers: { acme: { type: "http", url, headers } },
  });
  expect(parsed("cursor", byKey)).toEqual({ mcpServers: { acme: { url, headers } } });
  expect(parsed("cursor", byOAuth)).toEqual({ mcpServers: { acme: { url } } });
  expect(parsed("vs-code", byOAuth)).toEqual({ servers: { acme: { type: "http", url } } });
  expect(parsed("vs-code", byKey)).toMatchObject({
    inputs: [{ type: "promptString", id: "acme-key", password: true }],
    servers: { acme: { headers: { Authorization: `Bearer \${input:acme-key}` } } },
  });
  expect(parsed("claude-desktop", byKey)).toEqual({
    mcpServers: {
      acme: {
        command: "npx",
        args: ["-y", "mcp-remote", url, "--header", `Authorization:\${AUTHORIZATION}`],
        env: { AUTHORIZATION: `Bearer ${key}` },
      },
    },
  });
});

test("mcp-remote is told of plain HTTP where it would refuse it", () => {
  const argsOf = (address: string) =>
    codes("claude-desktop", { ...byKey, url: address })
      .join()
      .includes("--allow-http");
  expect(argsOf("http://10.0.0.5:3000/mcp")).toBe(true);
  expect(argsOf("http://127.0.0.1:3000/mcp")).toBe(false);
  expect(argsOf("http://localhost:3000/mcp")).toBe(false);
});

test("a server's name begins with a letter", () => {
  expect(serverName("acme_1")).toBe("acme_1");
  expect(serverName("1acme")).toBe("t-1acme");
});
