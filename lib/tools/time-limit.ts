import { createContext, Script } from "node:vm";

/** The work took longer than it may. */
export class TimeLimitExceeded extends Error {
  override readonly name = "TimeLimitExceeded";
}

const sandbox: { run: () => void } = { run: () => undefined };
const context = createContext(sandbox);
const script = new Script("run()");
let running = false;

/**
 * Runs synchronous work that a tenant's own input may make arbitrarily slow, such as a regular
 * expression, and ends it after `limitMs` with `TimeLimitExceeded`. V8 ends whatever runs below the
 * script, our own code too; `finally` blocks in it are skipped. Costs some 0.1 ms.
 */
export function withTimeLimit<T>(limitMs: number, work: () => T): T {
  if (running) return work();
  const done: { result?: T } = {};
  sandbox.run = () => {
    done.result = work();
  };
  running = true;
  try {
    script.runInContext(context, { timeout: limitMs });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") {
      throw new TimeLimitExceeded(`took longer than ${limitMs} ms`);
    }
    throw error;
  } finally {
    running = false;
    sandbox.run = () => undefined;
  }
  return done.result as T;
}
