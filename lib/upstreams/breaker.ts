import { createBreakers, type Verdict } from "#lib/core/breaker.ts";
import { UpstreamError } from "./errors.ts";

const breakers = createBreakers("upstreams");

/** Runs a call of an upstream behind its breaker (`createBreakers`). Throws `unavailable`. */
export function withBreaker<T>(
  key: string,
  upstreamId: string,
  judge: (error: unknown) => Verdict,
  run: (heard: () => void) => Promise<T>,
): Promise<T> {
  const refuse = (failures: number, retryAfterSeconds: number) =>
    new UpstreamError(
      "unavailable",
      `The upstream "${upstreamId}" has failed ${failures} times in a row and is not called for now.`,
      { retryAfterSeconds },
    );
  return breakers.run(key, judge, refuse, run);
}

/** Lets the next call through, for a person who has changed or mended something. */
export function resetBreaker(key: string): void {
  breakers.reset(key);
}
