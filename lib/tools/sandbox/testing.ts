import type { JobOutcome, SandboxJob } from "./job.ts";
import type { SandboxLimits } from "./limits.ts";
import type { Pool } from "./pool.ts";
import type { LogLine } from "./protocol.ts";
import { prepareSource } from "./source.ts";

/** Wide enough that a busy machine does not end what a test means to succeed. */
const testLimits: SandboxLimits = {
  wallMs: 60_000,
  cpuMs: 20_000,
  memoryBytes: 32 * 1024 * 1024,
  outputBytes: 64 * 1024,
};

export type TestJob = Partial<Omit<SandboxJob, "limits" | "module" | "args">> & {
  limits?: Partial<SandboxLimits>;
  args?: unknown;
};

/** Runs code in a pool as a tool would; `logs` are the lines that it wrote. */
export async function runCode(
  pool: Pool,
  code: string,
  { limits, args = {}, ...job }: TestJob = {},
): Promise<JobOutcome & { logs: LogLine[] }> {
  const prepared = prepareSource(code);
  if ("mistake" in prepared) throw new Error(JSON.stringify(prepared.mistake));
  const logs: LogLine[] = [];
  const outcome = await pool.run({
    ...{ tenantId: "a", about: "{}", isNested: false },
    answer: async () => ({ ok: true, json: "null" }),
    log: (line) => logs.push(line),
    ...job,
    ...{ module: prepared.module, args: JSON.stringify(args) },
    limits: { ...testLimits, ...limits },
  });
  return { ...outcome, logs };
}

/** The value that the code returned; throws where it failed. */
export function resultOf(outcome: JobOutcome): unknown {
  if ("failure" in outcome) throw new Error(`${outcome.failure}: ${outcome.message}`);
  return outcome.json === null ? undefined : JSON.parse(outcome.json);
}
