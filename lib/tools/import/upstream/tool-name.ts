import { prefixedName } from "#lib/upstreams/schema.ts";

/** An upstream's tool as it is called here: MCP-legal, and one of another name may have it. */
export function toolNameOf(prefix: string, remoteName: string): string {
  const legal = remoteName
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^A-Za-z0-9_-]+/g, "_")
    .replaceAll(/^[_-]+|[_-]+$/g, "");
  return prefixedName(prefix, legal === "" ? "tool" : legal);
}
