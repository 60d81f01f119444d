import type { RuntimeKind } from "../schema.ts";
import { aiRuntime } from "./ai.ts";
import { codeRuntime } from "./code.ts";
import { httpRuntime } from "./http.ts";
import { internalRuntime } from "./internal.ts";
import { mcpRuntime } from "./mcp.ts";
import { offerRuntime } from "./offer.ts";
import type { Runtime } from "./runtime.ts";

/** Every way in which a tool can run. */
export const runtimes = {
  http: httpRuntime,
  code: codeRuntime,
  ai: aiRuntime,
  internal: internalRuntime,
  mcp: mcpRuntime,
  offer: offerRuntime,
} satisfies Record<RuntimeKind, Runtime>;
