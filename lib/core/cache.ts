import { LRUCache } from "lru-cache";
import { onChange } from "./bus.ts";
import { singleton } from "./singleton.ts";

export interface CacheOptions<V> {
  /** Unique in the process; both module graphs share the cache of one name. */
  name: string;
  /** Topics of the changes that drop an entry; the change's key is the entry's key. */
  topic: string | readonly string[];
  maxEntries: number;
  /** How long an entry may be used even if no change is heard of. */
  ttlMs: number;
  load(key: string): Promise<V>;
  /** Other changes that drop entries: whether a change of that topic and key concerns an entry. */
  alsoOn?: { topic: string; concerns(entryKey: string, changeKey: string): boolean };
}

export interface Cache<V> {
  /** The cached value, loading it once however many ask at the same time. */
  get(key: string): Promise<V>;
  /** The cached value if it is there now. */
  peek(key: string): V | undefined;
  drop(key: string): void;
}

/** A bounded cache that loads on a miss (single-flight) and forgets on changes of its topic. */
export function createCache<V extends object>(options: CacheOptions<V>): Cache<V> {
  return singleton(`cache.${options.name}`, () => {
    const values = new LRUCache<string, V>({
      max: options.maxEntries,
      ttl: options.ttlMs,
      // How long a look at the clock may serve; at 1 each millisecond costs a timer.
      ttlResolution: 20,
    });
    const loading = new Map<string, Promise<V>>();
    const topics = new Set([options.topic].flat());

    function drop(key: string): void {
      values.delete(key);
      // A load under way may have read the old row: the next caller starts its own.
      loading.delete(key);
    }

    function load(key: string): Promise<V> {
      const promise = options.load(key).then(
        (value) => {
          if (loading.get(key) === promise) {
            loading.delete(key);
            values.set(key, value);
          }
          return value;
        },
        (error: unknown) => {
          if (loading.get(key) === promise) loading.delete(key);
          throw error;
        },
      );
      loading.set(key, promise);
      return promise;
    }

    onChange((change) => {
      if (change === "everything") {
        values.clear();
        loading.clear();
      } else if (topics.has(change.topic)) drop(change.key);
      const { alsoOn } = options;
      if (change === "everything" || change.topic !== alsoOn?.topic) return;
      for (const key of [...values.keys(), ...loading.keys()]) {
        if (alsoOn.concerns(key, change.key)) drop(key);
      }
    });

    return {
      get(key) {
        const value = values.get(key);
        if (value !== undefined) return Promise.resolve(value);
        return loading.get(key) ?? load(key);
      },
      peek: (key) => values.get(key),
      drop,
    };
  });
}
