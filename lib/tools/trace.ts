import type { LogLevel } from "./client.ts";

/** What happened in a call, in its order, for whoever tests the tool; `at_ms` since the start. */
export type TraceEntry = { at_ms: number } & (
  | { kind: "log"; level: LogLevel; text: string }
  | {
      kind: "request";
      method: string;
      url: string;
      headers: Record<string, string>;
      body: string | null;
    }
  | {
      kind: "response";
      status: number;
      headers: Record<string, string>;
      body: string | null;
      duration_ms: number;
    }
  /** What the call used besides itself, as it stands in the ledger. */
  | { kind: "usage"; usage: string; quantity: number; cost_micros: number }
);

type Unplaced<T> = T extends unknown ? Omit<T, "at_ms"> : never;

export interface CallTrace {
  add(entry: Unplaced<TraceEntry>): void;
  readonly entries: readonly TraceEntry[];
}

const mostEntries = 500;
const longestText = 65_536;

function shortened(text: string): string {
  if (text.length <= longestText) return text;
  return `${text.slice(0, longestText)} … (${text.length} characters)`;
}

/** A trace that keeps the first entries and the beginnings of long texts. */
export function createTrace(): CallTrace {
  const startedAt = performance.now();
  const entries: TraceEntry[] = [];
  return {
    entries,
    add(entry) {
      if (entries.length >= mostEntries) return;
      const at_ms = Math.round(performance.now() - startedAt);
      const kept = { ...entry, at_ms } as TraceEntry;
      if ("text" in kept) kept.text = shortened(kept.text);
      if ("body" in kept && kept.body !== null) kept.body = shortened(kept.body);
      entries.push(kept);
    },
  };
}
