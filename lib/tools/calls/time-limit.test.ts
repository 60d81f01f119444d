import { expect, test } from "vitest";
import { TimeLimitExceeded, withProcessorLimit } from "./time-limit.ts";

const cell = new Int32Array(new SharedArrayBuffer(4));

test("work that was kept from the processor is done again", () => {
  let runs = 0;
  const result = withProcessorLimit(50, () => {
    runs += 1;
    // Waits without working, as on a machine that is busy with other things.
    if (runs === 1) Atomics.wait(cell, 0, 0, 2_000);
    return "done";
  });
  expect(result).toBe("done");
  expect(runs).toBe(2);
});

test("work that uses its time up is ended", () => {
  const spin = () => {
    for (;;);
  };
  expect(() => withProcessorLimit(50, spin)).toThrow(TimeLimitExceeded);
});

test("work that never gets the processor is given up", () => {
  let runs = 0;
  const wait = () => {
    runs += 1;
    Atomics.wait(cell, 0, 0, 2_000);
  };
  expect(() => withProcessorLimit(20, wait)).toThrow(TimeLimitExceeded);
  expect(runs).toBe(3);
});
