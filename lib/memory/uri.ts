const scheme = "memory://";

/** Templates (RFC 6570) of what can be read: an item, and what a namespace holds. */
export const memoryTemplates = {
  item: `${scheme}{agent_id}/{namespace}/{key}`,
  namespace: `${scheme}{agent_id}/{namespace}`,
} as const;

/** The MCP URI of an item, or of what an agent's namespace holds. */
export function memoryUri(agentId: string, namespace: string, key?: string): string {
  const segments = key === undefined ? [agentId, namespace] : [agentId, namespace, key];
  return scheme + segments.map(encodeURIComponent).join("/");
}

export function isMemoryUri(uri: string): boolean {
  return uri.startsWith(scheme);
}

/** The parts of such a URI, decoded; null for what is none of ours. */
export function readMemoryUri(
  uri: string,
): { agentId: string; namespace: string; key: string | null } | null {
  if (!isMemoryUri(uri)) return null;
  try {
    const parts = uri.slice(scheme.length).split("/").map(decodeURIComponent);
    const [agentId = "", namespace = "", key] = parts;
    if (parts.length > 3 || agentId === "" || namespace === "" || key === "") return null;
    return { agentId, namespace, key: key ?? null };
  } catch {
    return null;
  }
}
