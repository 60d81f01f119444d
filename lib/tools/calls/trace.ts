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
  /** What the call used besides itself, as it stands in the ledger; a cost of null is unknown. */
  | { kind: "usage"; usage: string; quantity: number; cost_micros: number | null }
);

type Unplaced<T> = T extends unknown ? Omit<T, "at_ms"> : never;

export interface CallTrace {
  add(entry: Unplaced<TraceEntry>): void;
  /** Has `redact` mask what it knows in every entry, also in those that are still to come. */
  redactWith(redact: <T>(value: T) => T): void;
  readonly entries: readonly TraceEntry[];
}

const mostEntries = 500;
const longestText = 65_536;
const mostText = 1_048_576;

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)} … (${text.length} characters)`;
}

/** A trace that keeps the first entries and the beginnings of long texts. */
export function createTrace(): CallTrace {
  const startedAt = performance.now();
  let left = mostText;
  const shorten = (text: string) => {
    const short = shortened(text, Math.min(longestText, left));
    left = Math.max(0, left - short.length);
    return short;
  };
  const entries: TraceEntry[] = [];
  const redactors: (<T>(value: T) => T)[] = [];
  const redacted = <T>(value: T) => redactors.reduce((shown, redact) => redact(shown), value);
  return {
    // A secret may have become known after the entry was written.
    get entries() {
      return entries.map(redacted);
    },
    redactWith: (redact) => {
      redactors.push(redact);
    },
    add(entry) {
      if (entries.length >= mostEntries) return;
      const at_ms = Math.round(performance.now() - startedAt);
      // First, so that no text is cut within a secret.
      const kept = redacted({ ...entry, at_ms } as TraceEntry);
      if ("text" in kept) kept.text = shorten(kept.text);
      if ("body" in kept && kept.body !== null) kept.body = shorten(kept.body);
      entries.push(kept);
    },
  };
}
