import { afterEach, expect, test, vi } from "vitest";
import { endings } from "./cut.ts";
import type { ServerEvent } from "./server-events.ts";
import { passOn, streamBody } from "./stream.ts";
import { nothingTold, usageReaders } from "./usage-reader.ts";

afterEach(() => void vi.useRealTimers());

async function* endless(): AsyncGenerator<ServerEvent, void, undefined> {
  const data = JSON.stringify({ choices: [{ index: 0, delta: { content: "x" } }] });
  for (;;) yield { raw: Buffer.from(`data: ${data}\n\n`), data };
}

function bodyOf(gone: () => Promise<void>) {
  const parts = {
    ...{ provider: "p", events: endless(), told: nothingTold(), read: usageReaders.openai },
    carrier: passOn(false, endings["chat/completions"](false)),
    ...{ settle: async () => undefined, errorFrame: () => new Uint8Array(), stop: () => undefined },
    ...{ isPast: () => false, isLate: () => false, tokens: () => ({ tokensIn: 0, tokensOut: 0 }) },
  };
  return streamBody(parts, gone);
}

test("a client that does not read is left after two minutes, and its provider with it", async () => {
  vi.useFakeTimers();
  const gone = vi.fn(async () => undefined);
  const reader = bodyOf(gone).getReader();
  for (let each = 0; each < 3; each++) {
    await reader.read();
    await vi.advanceTimersByTimeAsync(100_000);
    expect(gone).not.toHaveBeenCalled();
  }
  await vi.advanceTimersByTimeAsync(30_000);
  expect(gone).toHaveBeenCalledOnce();
  await expect(reader.closed).rejects.toThrow("does not read");
});
