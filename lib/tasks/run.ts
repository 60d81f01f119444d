import { setTimeout as wait } from "node:timers/promises";
import type { ClientCapabilities } from "@modelcontextprotocol/server";
import type { JsonObject } from "#lib/core/json.ts";
import { log, logContext } from "#lib/core/log.ts";
import { callToolFor } from "#lib/tools/calls/call.ts";
import type { Progress, ToolClient, ToolOutcome } from "#lib/tools/calls/client.ts";
import { type Change, toChange, toFailure, toMessage, writeIfOurs } from "./outcome.ts";
import { makerOf, type TaskRow } from "./row.ts";
import { running } from "./running.ts";

const progressEveryMs = 1_000;
const writeAttempts = 8;

function progressText({ progress, total, message }: Progress): string {
  return message ?? (total === undefined ? String(progress) : `${progress} of ${total}`);
}

/** Writes the latest progress at most once a second; `stop` drops what has not been written. */
function progressOf(row: TaskRow): { report(update: Progress): Promise<void>; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let latest = "";
  const write = () => {
    timer = undefined;
    writeIfOurs(row, { statusMessage: latest }).catch((err: unknown) =>
      log.warn({ err }, "a task's progress could not be written"),
    );
  };
  return {
    async report(update) {
      latest = toMessage(progressText(update));
      timer ??= setTimeout(write, progressEveryMs);
    },
    stop: () => clearTimeout(timer),
  };
}

/** The result of a call exists here alone until it is written, so that a short outage may pass. */
async function persist(row: TaskRow, change: Change): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await writeIfOurs(row, change);
      return;
    } catch (err) {
      if (attempt === writeAttempts) throw err;
      log.warn({ err, attempt }, "a task's outcome could not be written; trying again");
      await wait(100 * 2 ** attempt);
    }
  }
}

async function call(row: TaskRow, signal: AbortSignal): Promise<ToolOutcome> {
  const progress = progressOf(row);
  const client: ToolClient = {
    signal,
    progress: progress.report,
    capabilities: row.capabilities as ClientCapabilities | null,
    inputResponses: (row.inputResponses as JsonObject | null) ?? undefined,
    requestState: (row.state as JsonObject | null) ?? undefined,
  };
  try {
    const target = { mcpName: row.mcpName, arguments: row.arguments as JsonObject };
    return await callToolFor(makerOf(row), target, client);
  } finally {
    progress.stop();
  }
}

/**
 * Runs a task's tool in this process, whose row says that it is ours, and writes the outcome.
 * `keeps` may take an outcome for itself, which is then not written. Never rejects.
 */
export function runHere(
  row: TaskRow,
  keeps: (outcome: ToolOutcome) => boolean = () => false,
): Promise<void> {
  const controller = new AbortController();
  const work = async () => {
    const change = await call(row, controller.signal).then(
      (outcome) => (keeps(outcome) ? null : toChange(outcome)),
      (error: unknown) => toFailure(error, row.requestId),
    );
    if (change) await persist(row, change);
  };
  const { tenantId, taskId, requestId, principalId } = row;
  const done = logContext
    .run({ requestId, tenantId, principal: principalId }, work)
    .catch((err: unknown) => log.error({ err, taskId }, "a task's outcome is lost"))
    .finally(() => {
      // Answers may have set off the next run already.
      if (running.get(taskId) === entry) running.delete(taskId);
    });
  const entry = { tenantId, controller, done };
  running.set(taskId, entry);
  return done;
}
