/**
 * One value per process, whichever module graph asks first: Next's bundle and the direct lane load
 * this file twice, but share `globalThis`.
 */
export function singleton<T>(name: string, create: () => T): T {
  const key = Symbol.for(`tausestack.${name}`);
  const store = globalThis as { [key: symbol]: unknown };
  if (!(key in store)) store[key] = create();
  return store[key] as T;
}
