import { Redis } from "ioredis";
import { LRUCache } from "lru-cache";
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  type RateLimiterRes,
} from "rate-limiter-flexible";
import { env } from "./env.ts";
import { log } from "./log.ts";
import { singleton } from "./singleton.ts";

/** Every limiter's window. */
export const limiterSeconds = 60;

/** One limiter per limit in use: rate-limiter-flexible fixes the points when it is made. */
const limiters = singleton(
  "limiters",
  () => new LRUCache<number, RateLimiterAbstract>({ max: 200 }),
);

const redis = singleton("redis", () => {
  const url = env().REDIS_URL;
  if (url === undefined) return null;
  const client = new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: false });
  client.on("error", (err: unknown) =>
    log.warn({ err }, "Redis: limits are per process meanwhile"),
  );
  return client;
});

/** Lets `points` a minute through for each key: on all processes with Redis, else on each. */
export function limiterOf(points: number): RateLimiterAbstract {
  let limiter = limiters.get(points);
  if (!limiter) {
    const options = { points, duration: limiterSeconds, keyPrefix: `rate:${points}` };
    const memory = new RateLimiterMemory(options);
    limiter = redis
      ? new RateLimiterRedis({ ...options, storeClient: redis, insuranceLimiter: memory })
      : memory;
    limiters.set(points, limiter);
  }
  return limiter;
}

/**
 * Whether `consume` threw because nothing was left. Not by the class: the console's bundle and the
 * direct lane share limiters, each with a copy of the library of its own.
 */
export function isUsedUp(thrown: unknown): thrown is RateLimiterRes {
  return typeof thrown === "object" && thrown !== null && "msBeforeNext" in thrown;
}

export async function closeLimiters(): Promise<void> {
  await redis?.quit().catch(() => undefined);
}
