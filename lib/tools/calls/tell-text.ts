import { setTimeout as wait } from "node:timers/promises";
import type { ToolClient } from "./client.ts";

/** Words come faster than a client has use for: what gathers meanwhile is one message. */
const pauseMs = 100;
const longestMessage = 2_000;

/** A part of the text that leaves no character in halves. */
function startOf(text: string): string {
  const isSplit =
    text.length > longestMessage && /[\uD800-\uDBFF]/.test(text[longestMessage - 1] ?? "");
  return text.slice(0, isSplit ? longestMessage - 1 : longestMessage);
}

/**
 * Tells a client of a text as it comes, in order and whole, some ten times a second; `end` sends what
 * is left. A client that is gone is no error of the tool.
 */
export function tellText(progress: NonNullable<ToolClient["progress"]>) {
  const ended = new AbortController();
  let waiting = "";
  let count = 0;
  let sending: Promise<void> | null = null;
  async function send(): Promise<void> {
    while (waiting !== "") {
      const message = startOf(waiting);
      waiting = waiting.slice(message.length);
      count += 1;
      await progress({ progress: count, message }).catch(() => undefined);
      await wait(pauseMs, undefined, { signal: ended.signal }).catch(() => undefined);
    }
    sending = null;
  }
  return {
    push(piece: string): void {
      // The provider may still be talking when the call has ended.
      if (ended.signal.aborted) return;
      waiting += piece;
      sending ??= send();
    },
    async end(): Promise<void> {
      ended.abort();
      await sending;
    },
  };
}
