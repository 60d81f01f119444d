import type { Ctx } from "#lib/core/ctx.ts";
import type { JsonObject } from "#lib/core/json.ts";
import type { Settlement } from "#lib/offers/settle.ts";
import type { UsageEvent } from "#lib/usage/ledger.ts";
import type { CallSecrets } from "../calls/call-secrets.ts";
import type { ToolClient, ToolOutcome } from "../calls/client.ts";
import type { CallTrace } from "../calls/trace.ts";
import type { OutputCheck } from "../json-schema/validator.ts";
import type { CallToolResult, RuntimeKind } from "../schema.ts";

/** What a runtime is told of the tool that it is to run. */
export interface RunnableTool {
  toolId: string;
  mcpName: string;
  /** Checked when it was written. */
  config: JsonObject;
  /** What its structured content has to be, where the tool declares it. */
  output?: { schema: JsonObject; check: OutputCheck };
  /** What its arguments are checked by; absent where that is not known. */
  inputSchema?: JsonObject;
}

export interface Bill {
  settlement?: Settlement;
}

/** Which tool, by the id of the REST API or by the name that MCP clients use, and with what. */
export type ToolCall = ({ toolId: string } | { mcpName: string }) & {
  arguments: JsonObject;
  /** Only where the tool runs so; any other tool is missing. */
  kind?: RuntimeKind;
};

/** Where a call comes from: who hears of it, and how deep it lies in calls of other tools. */
export interface CallOrigin {
  client: ToolClient;
  /** How many tools called each other to get here; 0 for a caller's own call. */
  depth: number;
  /** The tools above that hold one of their own slots while they wait for this call. */
  holds?: ReadonlySet<string> | undefined;
  /** Written to in a test of the tool; absent in ordinary calls. */
  trace?: CallTrace | undefined;
  /** Masks what the tools above know, where a nested call's arguments are written down. */
  redact?: (<T>(value: T) => T) | undefined;
  /** Where a tool of another tenant puts what its call cost; `runMetered` writes it. */
  bill?: Bill | undefined;
  /** The other tenant pays for this call, and writes both ledgers: it takes this tenant's event. */
  settle?: ((event: UsageEvent) => void) | undefined;
  /** Calls another of the tenant's tools for the same caller, as deep as `depth` says. */
  callTool(ctx: Ctx, call: ToolCall, origin: CallOrigin): Promise<CallToolResult>;
}

/** What a runtime has of a call besides its arguments. */
export interface CallScope extends CallOrigin {
  secrets: CallSecrets;
}

/** Runs the tool once; `args` have been checked. Throws `ToolError` for a call that fails. */
export type Invoke = (ctx: Ctx, args: JsonObject, scope: CallScope) => Promise<ToolOutcome>;

/** A kind of runtime: reads a tool's config once, for all of its calls. */
export type Runtime = (tool: RunnableTool) => Invoke;
