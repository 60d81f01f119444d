import { answerThread } from "#lib/core/own-thread.ts";
import { type PlanOptions, planImport } from "./plan.ts";

/** What the thread is given. */
export interface PlanTask {
  text: string;
  options: PlanOptions;
}

answerThread(({ text, options }: PlanTask) => planImport(text, options));
