/** A message of the current revision, as a client that declares these capabilities sends it. */
export type Ask = (
  method: string,
  params: Record<string, unknown>,
) => Promise<{
  result?: Record<string, unknown>;
  error?: { code: number; message: string; data?: Record<string, unknown> };
}>;

const revision = "2026-07-28";

export function askAs(url: string, key: string, capabilities: Record<string, unknown>): Ask {
  const meta = {
    "io.modelcontextprotocol/protocolVersion": revision,
    "io.modelcontextprotocol/clientInfo": { name: "e2e", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": capabilities,
  };
  return async (method, params) => {
    const name = params.name ?? params.uri ?? params.taskId;
    const response = await fetch(`${url}/mcp`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": revision,
        "mcp-method": method,
        ...(typeof name === "string" ? { "mcp-name": name } : {}),
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: { ...params, _meta: meta } }),
    });
    return (await response.json()) as Awaited<ReturnType<Ask>>;
  };
}
