import type { OpenApiDocument, OpenApiOperation } from "#lib/http/openapi.ts";

/** One operation of the API and where it stands. */
export interface Entry {
  method: string;
  path: string;
  operation: OpenApiOperation;
}

/** Operations of one first path segment. */
export interface EntryGroup {
  name: string;
  entries: Entry[];
}

const order = ["get", "post", "put", "patch", "delete"];

function place({ path, method }: Entry): string {
  return `${path} ${order.indexOf(method)}`;
}

function fits({ method, path, operation }: Entry, words: string[]): boolean {
  const text = `${method} ${path} ${operation.summary}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** The document's operations by their first path segment; `search` keeps those with all its words. */
export function groupEntries(document: OpenApiDocument, search = ""): EntryGroup[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string, Entry[]>();
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const entry = { method, path, operation };
      if (!fits(entry, words)) continue;
      const name = path.split("/")[1] ?? "";
      groups.set(name, [...(groups.get(name) ?? []), entry]);
    }
  }
  return [...groups]
    .map(([name, entries]) => ({
      name,
      entries: entries.sort((a, b) => place(a).localeCompare(place(b))),
    }))
    .sort((a, b) => a.name.localeCompare(b.name));
}
