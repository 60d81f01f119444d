import { LRUCache } from "lru-cache";
import { singleton } from "#lib/core/singleton.ts";
import { UpstreamError } from "./errors.ts";

interface Breaker {
  /** Failures since the last success. */
  failures: number;
  /** Of `performance.now()`; calls before it are refused. */
  openUntil: number;
  /** A call is under way that tells whether the upstream is back. */
  probing: boolean;
}

const failuresToOpen = 5;
const firstPauseMs = 5_000;
const longestPauseMs = 60_000;

const breakers = singleton(
  "upstream.breakers",
  () => new LRUCache<string, Breaker>({ max: 10_000 }),
);

/** What an error says of the upstream: it failed, it answered, or nothing. */
export type Verdict = "failed" | "answered" | "unknown";

/**
 * Runs a call unless the upstream has failed five times in a row: then none is made for a while
 * that doubles, and after it a single one at first. `judge` tells failures of the upstream from
 * answers that the caller does not like, and from calls that ended before either; those leave the
 * count as it is. A call that takes long says with `heard` that the upstream is there. Throws
 * `unavailable`.
 */
export async function withBreaker<T>(
  key: string,
  upstreamId: string,
  judge: (error: unknown) => Verdict,
  run: (heard: () => void) => Promise<T>,
): Promise<T> {
  const breaker = breakers.get(key) ?? { failures: 0, openUntil: 0, probing: false };
  breakers.set(key, breaker);
  const isTripped = breaker.failures >= failuresToOpen;
  const waitMs = breaker.openUntil - performance.now();
  if (isTripped && (waitMs > 0 || breaker.probing)) {
    throw new UpstreamError(
      "unavailable",
      `The upstream "${upstreamId}" has failed ${breaker.failures} times in a row and is not called for now.`,
      { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) },
    );
  }
  if (isTripped) breaker.probing = true;
  try {
    const heard = () => {
      breaker.failures = 0;
      breaker.probing = false;
    };
    const result = await run(heard);
    heard();
    return result;
  } catch (error) {
    const verdict = judge(error);
    if (verdict === "answered") breaker.failures = 0;
    else if (verdict === "failed") {
      breaker.failures += 1;
      const pauses = Math.max(0, breaker.failures - failuresToOpen);
      breaker.openUntil = performance.now() + Math.min(firstPauseMs * 2 ** pauses, longestPauseMs);
    }
    throw error;
  } finally {
    if (isTripped) breaker.probing = false;
  }
}

/** Lets the next call through, for a person who has changed or mended something. */
export function resetBreaker(key: string): void {
  breakers.delete(key);
}
