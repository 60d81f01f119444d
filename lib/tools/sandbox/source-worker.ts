import { parentPort } from "node:worker_threads";
import { type PreparedSource, prepareSource } from "./source.ts";

/** Text that overflows a parser's stack leaves the parser broken: this thread ends with it. */
export interface SourceAnswer {
  prepared: PreparedSource;
  isBroken: boolean;
}

function answer(code: string): SourceAnswer {
  try {
    return { prepared: prepareSource(code), isBroken: false };
  } catch {
    const message = "the code nests too deep, or is too long, to be read";
    return { prepared: { mistake: { line: 1, message } }, isBroken: true };
  }
}

parentPort?.on("message", (code: string) => {
  parentPort?.postMessage(answer(code));
});
