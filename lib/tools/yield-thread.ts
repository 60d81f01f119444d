import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";

/** What tenants wrote yields to the event loop and the database, which every other call needs. */
const niceness = 5;

/** The thread's own id, where the kernel tells it (Linux). */
function threadId(): number | null {
  try {
    return Number(readlinkSync("/proc/thread-self").split("/").at(-1));
  } catch {
    return null;
  }
}

/** Lowers the priority of the thread that calls; answers its id, where that can be told. */
export function yieldToOthers(): number | null {
  const tid = threadId();
  try {
    if (tid !== null) setPriority(tid, niceness);
  } catch {
    // Not allowed here: it runs like any other thread.
  }
  return tid;
}
