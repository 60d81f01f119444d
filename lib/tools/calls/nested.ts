import type { CallOrigin, CallScope } from "../runtimes/runtime.ts";
import { ToolError } from "./tool-error.ts";

/** How many tools may call each other in one call. */
const deepestCall = 8;

/**
 * The origin of a call that a running tool makes of another tool: told as much as its own caller,
 * but asked nothing, since its answers would not find the way back. Throws `ToolError` (`too_deep`).
 */
export function nestedOrigin(
  { client, depth, trace, callTool, secrets, redact, holds }: CallScope,
  signal: AbortSignal | undefined = client.signal,
): CallOrigin {
  if (depth >= deepestCall) {
    throw new ToolError("too_deep", `Tools may call each other ${deepestCall} deep at most.`);
  }
  const { log } = client;
  return {
    client: { capabilities: null, signal, ...(log ? { log: log.bind(client) } : {}) },
    depth: depth + 1,
    ...{ trace, callTool, holds },
    // What the calling tool and its own callers know, wherever the arguments are written down.
    redact: (value) => secrets.redact(redact ? redact(value) : value),
  };
}
