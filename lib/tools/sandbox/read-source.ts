import { Worker } from "node:worker_threads";
import { LRUCache } from "lru-cache";
import { singleton } from "#lib/core/singleton.ts";
import { threadFile } from "../thread-file.ts";
import type { PreparedSource } from "./source.ts";
import type { SourceAnswer } from "./source-worker.ts";

/** A text that takes longer is not one that a person wrote. */
const limitMs = 10_000;
const idleMs = 60_000;
const largestCache = 32 * 1024 * 1024;

interface Reader {
  worker: Worker | null;
  /** Resolves when the text before has been read: the thread reads one at a time. */
  last: Promise<unknown>;
  idle: NodeJS.Timeout | null;
  known: LRUCache<string, Promise<PreparedSource>>;
}

const reader = singleton<Reader>("sandbox.reader", () => ({
  worker: null,
  last: Promise.resolve(),
  idle: null,
  known: new LRUCache({
    maxSize: largestCache,
    // The module is about as long as the text; two bytes a character.
    sizeCalculation: (_value, code) => code.length * 4 + 200,
  }),
}));

function drop(worker: Worker): void {
  if (reader.worker === worker) reader.worker = null;
  void worker.terminate();
}

function open(): Worker {
  const worker = new Worker(threadFile("sandbox/source-worker.ts"), {
    name: "sandbox-source",
    resourceLimits: { stackSizeMb: 16, maxOldGenerationSizeMb: 256 },
    env: {},
    execArgv: [],
  });
  worker.on("error", () => drop(worker));
  worker.once("exit", () => drop(worker));
  worker.unref();
  reader.worker = worker;
  return worker;
}

function unreadable(why: string): PreparedSource {
  return { mistake: { line: 1, message: why } };
}

function read(code: string): Promise<PreparedSource> {
  const worker = reader.worker ?? open();
  if (reader.idle) clearTimeout(reader.idle);
  worker.ref();
  return new Promise((resolve) => {
    const finish = (prepared: PreparedSource, isLost: boolean) => {
      clearTimeout(late);
      worker.off("message", onAnswer).off("exit", onExit);
      worker.unref();
      if (isLost) drop(worker);
      reader.idle = setTimeout(() => drop(worker), idleMs).unref();
      resolve(prepared);
    };
    const onAnswer = ({ prepared, isBroken }: SourceAnswer) => finish(prepared, isBroken);
    const onExit = () => finish(unreadable("the code is too large to be read"), true);
    const late = setTimeout(
      () => finish(unreadable("the code takes too long to be read"), true),
      limitMs,
    );
    worker.once("message", onAnswer).once("exit", onExit);
    worker.postMessage(code);
  });
}

/**
 * Reads a tool's code as `prepareSource` does, on a thread of its own: a text may keep the parser
 * busy, or break it for every text after. What has been read is kept.
 */
export function readSource(code: string): Promise<PreparedSource> {
  const known = reader.known.get(code);
  if (known) return known;
  const prepared = reader.last.then(() => read(code));
  reader.last = prepared;
  reader.known.set(code, prepared);
  return prepared;
}

/** Ends the thread; the next text starts another. */
export function closeReader(): void {
  if (reader.worker) drop(reader.worker);
}
