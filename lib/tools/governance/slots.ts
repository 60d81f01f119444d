import { AppError } from "#lib/core/errors.ts";
import { singleton } from "#lib/core/singleton.ts";
import { ToolError } from "../calls/tool-error.ts";
import type { ToolPolicy } from "./rules.ts";

interface Lane {
  running: number;
  maximum: number;
  /** In the order of their coming. */
  waiting: Set<() => void>;
}

const lanes = singleton("tools.lanes", () => new Map<string, Lane>());

export type SlotRule = Pick<ToolPolicy, "maxConcurrent" | "maxQueue" | "maxQueueMs">;

function busy(mcpName: string, { maxConcurrent, maxQueue, maxQueueMs }: SlotRule): AppError {
  const waiting = maxQueue > 0 ? `, ${maxQueue} more may wait for at most ${maxQueueMs} ms` : "";
  return new AppError(
    "rate_limited",
    `The tool ${mcpName} runs at most ${maxConcurrent} times at once${waiting}. Try again when other calls have ended.`,
    { retryAfterSeconds: 1, extra: { limit: "max_concurrent", value: maxConcurrent ?? 0 } },
  );
}

/** It would wait for itself until its time is up. */
function selfWait(mcpName: string, { maxConcurrent }: SlotRule): ToolError {
  return new ToolError(
    "busy",
    `The tool ${mcpName} runs at most ${maxConcurrent} times at once, and a call that waits for this one holds such a slot. Raise max_concurrent, or do not call it from within itself.`,
  );
}

function leave(key: string, lane: Lane): void {
  lane.running -= 1;
  for (const enter of lane.waiting) {
    if (lane.running >= lane.maximum) return;
    enter();
  }
  if (lane.running === 0 && lane.waiting.size === 0) lanes.delete(key);
}

function queue(lane: Lane, mcpName: string, rule: SlotRule, signal: AbortSignal | undefined) {
  const turn = Promise.withResolvers<void>();
  const end = () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", cancel);
    lane.waiting.delete(enter);
  };
  const enter = () => {
    end();
    lane.running += 1;
    turn.resolve();
  };
  const cancel = () => {
    end();
    turn.reject(new ToolError("cancelled", `The call of ${mcpName} was cancelled as it waited.`));
  };
  const timer = setTimeout(() => {
    end();
    turn.reject(busy(mcpName, rule));
  }, rule.maxQueueMs);
  signal?.addEventListener("abort", cancel);
  lane.waiting.add(enter);
  return turn.promise;
}

/**
 * Waits until the tool may run once more in this process; the answer ends that run. Throws
 * `rate_limited` (429) when the queue is full or the wait too long, and `ToolError` when the
 * client cancels meanwhile, and at once where a call above, of `holds`, has a slot of this tool.
 */
export async function takeSlot(
  tenantId: string,
  tool: { toolId: string; mcpName: string },
  rule: SlotRule,
  { signal, holds }: { signal?: AbortSignal | undefined; holds?: ReadonlySet<string> | undefined },
): Promise<() => void> {
  if (rule.maxConcurrent === null) return () => undefined;
  const key = `${tenantId} ${tool.toolId}`;
  const lane = lanes.get(key) ?? { running: 0, maximum: 0, waiting: new Set() };
  lanes.set(key, lane);
  lane.maximum = rule.maxConcurrent;
  if (lane.running < lane.maximum && lane.waiting.size === 0) lane.running += 1;
  else if (holds?.has(tool.toolId)) throw selfWait(tool.mcpName, rule);
  else if (lane.waiting.size >= rule.maxQueue || signal?.aborted) throw busy(tool.mcpName, rule);
  else await queue(lane, tool.mcpName, rule, signal);
  let left = false;
  return () => {
    if (left) return;
    left = true;
    leave(key, lane);
  };
}
