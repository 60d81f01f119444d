import type { SandboxLimits } from "./limits.ts";
import type { HostRequest, LogLine, Reply, SandboxFailure } from "./protocol.ts";

/** One call of tenant code, as the pool takes it. */
export interface SandboxJob {
  tenantId: string;
  module: string;
  /** The arguments as JSON. */
  args: string;
  /** As JSON: what `ctx` has besides its functions. */
  about: string;
  limits: SandboxLimits;
  /** Called by another tool's call, which waits for it: it cannot wait for a thread in turn. */
  isNested: boolean;
  signal?: AbortSignal | undefined;
  /** Answers what the guest asks; aborted when the call is over. */
  answer(request: HostRequest, signal: AbortSignal): Promise<Omit<Reply, "seq">>;
  log(line: LogLine): void;
}

/** Why a call has no value; `busy` and `cancelled` are not the code's own doing. */
export type JobFailure = SandboxFailure | "busy" | "cancelled";

export type JobOutcome = (
  | { json: string | null }
  | { failure: JobFailure; message: string; hostCode?: string; stack?: string }
) & {
  /** Processor time that the call used. */
  cpuMs: number;
};
