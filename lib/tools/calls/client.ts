import type { ClientCapabilities, InputRequest } from "@modelcontextprotocol/server";
import type { JsonObject } from "#lib/core/json.ts";
import type { CallToolResult } from "../schema.ts";

/** RFC 5424's severities, as MCP names them. */
export type LogLevel =
  | "debug"
  | "info"
  | "notice"
  | "warning"
  | "error"
  | "critical"
  | "alert"
  | "emergency";

/** How far a running tool is; `total` where it is known. */
export interface Progress {
  progress: number;
  total?: number;
  message?: string;
}

/** The client behind a call: what a running tool may tell it, and what it may ask. */
export interface ToolClient {
  /** Aborted when the client cancels the call or is gone. */
  signal?: AbortSignal | undefined;
  /** Reports progress; absent where the client did not ask for it. */
  progress?(update: Progress): Promise<void>;
  /** Sends a log message; absent where the client cannot receive one. */
  log?(level: LogLevel, data: unknown, logger?: string): Promise<void>;
  /** What the client can be asked for; null where it can be asked nothing (REST). */
  capabilities: ClientCapabilities | null;
  /** What the client answered to the requests of an earlier round, by their names; not checked. */
  inputResponses?: Readonly<Record<string, unknown>> | undefined;
  /** What the tool left for itself in an earlier round; only it can have written this. */
  requestState?: JsonObject | undefined;
}

/** A tool needs its client's answers before it can go on; it is then called anew with them. */
export interface InputRequired {
  inputRequests: Record<string, InputRequest>;
  /** Comes back as `requestState` with the answers. */
  state?: JsonObject;
}

export type ToolOutcome = CallToolResult | InputRequired;

export function isInputRequired(outcome: ToolOutcome): outcome is InputRequired {
  return "inputRequests" in outcome;
}
