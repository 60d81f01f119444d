import type { Ctx } from "#lib/core/ctx.ts";
import type { JsonObject } from "#lib/core/json.ts";
import type { ToolClient, ToolOutcome } from "../client.ts";

/** What a runtime is told of the tool that it is to run. */
export interface RunnableTool {
  mcpName: string;
  /** Checked when it was written. */
  config: JsonObject;
}

/** Runs the tool once; `args` have been checked. Throws `ToolError` for a call that fails. */
export type Invoke = (ctx: Ctx, args: JsonObject, client: ToolClient) => Promise<ToolOutcome>;

/** A kind of runtime: reads a tool's config once, for all of its calls. */
export type Runtime = (tool: RunnableTool) => Invoke;
