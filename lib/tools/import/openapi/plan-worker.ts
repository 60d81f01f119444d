import { parentPort, workerData } from "node:worker_threads";
import { AppError } from "#lib/core/errors.ts";
import { type Plan, type PlanOptions, planImport } from "./plan.ts";

/** What the thread is given. */
export interface PlanTask {
  text: string;
  options: PlanOptions;
}

/** What it says at its end; errors lose their class on the way. */
export type PlanReply =
  | { plan: Plan }
  | { refusal: string; pointer?: string | undefined }
  | { failure: string };

function work({ text, options }: PlanTask): PlanReply {
  try {
    return { plan: planImport(text, options) };
  } catch (error) {
    if (error instanceof AppError) {
      return { refusal: error.message, pointer: error.errors?.[0]?.pointer };
    }
    return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

parentPort?.postMessage(work(workerData as PlanTask));
