import { expect, test } from "vitest";
import { fitClientMetadata } from "./client-metadata.ts";

function fitted<T extends object>(metadata: T): T & Record<string, unknown> {
  fitClientMetadata(metadata);
  return metadata as T & Record<string, unknown>;
}

test("a client is native when an answer of it goes to this machine or to a scheme of its own", () => {
  const typeOf = (...redirect_uris: string[]) => fitted({ redirect_uris }).application_type;
  expect(typeOf("http://127.0.0.1/callback")).toBe("native");
  expect(typeOf("http://localhost:33418/", "https://vscode.dev/redirect")).toBe("native");
  expect(typeOf("cursor://anysphere.cursor-mcp/oauth/callback")).toBe("native");
  expect(typeOf("https://claude.ai/api/mcp/auth_callback")).toBe("web");
});

test("an answer in clear text goes to this machine alone", () => {
  expect(() => fitted({ redirect_uris: ["http://app.example/callback"] })).toThrow(
    expect.objectContaining({ error: "invalid_redirect_uri" }),
  );
});

test("grants that other servers have are left out, and a scope binds nothing", () => {
  const device = "urn:ietf:params:oauth:grant-type:device_code";
  const client = fitted({
    redirect_uris: ["http://127.0.0.1/"],
    grant_types: ["authorization_code", "refresh_token", device],
    scope: "anything",
  });
  expect(client.grant_types).toEqual(["authorization_code", "refresh_token"]);
  expect(client).not.toHaveProperty("scope");
  const foreign = fitted({ redirect_uris: ["http://127.0.0.1/"], grant_types: [device] });
  expect(foreign.grant_types).toEqual([device]);
});
