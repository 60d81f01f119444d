import type { LogLevel } from "../calls/client.ts";

/** A call as a worker gets it. JSON travels as text: only the guest parses it. */
export interface RunMessage {
  type: "run";
  tenantId: string;
  module: string;
  args: string;
  /** What the code finds in `ctx` besides its functions. */
  about: string;
  cpuMs: number;
  memoryBytes: number;
  outputBytes: number;
}

/** What the host answers to a request of the guest; `body` is what a fetch got. */
export interface Reply {
  seq: number;
  ok: boolean;
  json: string;
  body?: Uint8Array;
}

export type ToWorker =
  | RunMessage
  | { type: "resume"; replies: Reply[] }
  /** The call is over for its caller: forget it. */
  | { type: "drop" };

/** Something that the guest asks of the host. */
export interface HostRequest {
  seq: number;
  op: string;
  json: string;
  body?: Uint8Array;
}

export interface LogLine {
  level: LogLevel;
  text: string;
}

export const sandboxFailures = [
  "sandbox_time",
  "sandbox_memory",
  "sandbox_stack",
  "sandbox_output",
  "code_failed",
] as const;

export type SandboxFailure = (typeof sandboxFailures)[number];

/** How a call ended: its value as JSON (null where it returned none), or why it has none. */
export type SandboxOutcome =
  | { json: string | null }
  | { failure: SandboxFailure | "interrupted"; message: string; hostCode?: string; stack?: string };

/** `cpuUs` is the processor time of the whole thread so far, in µs. */
export type FromWorker =
  | { type: "ready"; cpuUs: number; tid: number | null }
  /** Nothing is left to do before an answer comes; the requests are new ones. */
  | { type: "parked"; cpuUs: number; requests: HostRequest[]; logs: LogLine[] }
  | { type: "done"; cpuUs: number; outcome: SandboxOutcome; logs: LogLine[] }
  | { type: "dropped"; cpuUs: number };
