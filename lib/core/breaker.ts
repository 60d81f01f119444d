import { LRUCache } from "lru-cache";
import { singleton } from "./singleton.ts";

interface Breaker {
  /** Failures since the last success. */
  failures: number;
  /** Of `performance.now()`; calls before it are refused. */
  openUntil: number;
  /** A call is under way that tells whether the other side is back. */
  probing: boolean;
}

const failuresToOpen = 5;
const firstPauseMs = 5_000;
const longestPauseMs = 60_000;

/** What an error says of the other side: it failed, it answered, or nothing. */
export type Verdict = "failed" | "answered" | "unknown";

export interface Breakers {
  /**
   * Runs a call unless what `key` names has failed five times in a row: then none is made for a
   * while that doubles, and after it a single one at first. `judge` tells failures of the other side
   * from answers that the caller does not like, and from calls that ended before either; those leave
   * the count as it is. A call that takes long says with `heard` that the other side is there.
   * Throws what `refuse` makes of the number of failures and the seconds to wait.
   */
  run<T>(
    key: string,
    judge: (error: unknown) => Verdict,
    refuse: (failures: number, retryAfterSeconds: number) => Error,
    call: (heard: () => void) => Promise<T>,
  ): Promise<T>;
  /** Lets the next call through, for a person who has changed or mended something. */
  reset(key: string): void;
}

/** The circuit breakers of one kind of call, per process; at most 10,000 are kept. */
export function createBreakers(name: string): Breakers {
  const breakers = singleton(
    `breakers.${name}`,
    () => new LRUCache<string, Breaker>({ max: 10_000 }),
  );
  return {
    async run(key, judge, refuse, call) {
      const breaker = breakers.get(key) ?? { failures: 0, openUntil: 0, probing: false };
      breakers.set(key, breaker);
      const isTripped = breaker.failures >= failuresToOpen;
      const waitMs = breaker.openUntil - performance.now();
      if (isTripped && (waitMs > 0 || breaker.probing)) {
        throw refuse(breaker.failures, Math.max(1, Math.ceil(waitMs / 1000)));
      }
      if (isTripped) breaker.probing = true;
      try {
        const heard = () => {
          breaker.failures = 0;
          breaker.probing = false;
        };
        const result = await call(heard);
        heard();
        return result;
      } catch (error) {
        const verdict = judge(error);
        if (verdict === "answered") breaker.failures = 0;
        else if (verdict === "failed") {
          breaker.failures += 1;
          const pauses = Math.max(0, breaker.failures - failuresToOpen);
          const pauseMs = Math.min(firstPauseMs * 2 ** pauses, longestPauseMs);
          breaker.openUntil = performance.now() + pauseMs;
        }
        throw error;
      } finally {
        if (isTripped) breaker.probing = false;
      }
    },
    reset: (key) => void breakers.delete(key),
  };
}
