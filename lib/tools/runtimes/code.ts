import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { isJsonObject, parseJson } from "#lib/core/json.ts";
import { noteUsage } from "#lib/usage/ledger.ts";
import { ToolError, type ToolErrorCode } from "../calls/tool-error.ts";
import { type CodeConfig, codeConfig } from "../config/code-config.ts";
import { hostOf } from "../sandbox/host.ts";
import type { JobOutcome } from "../sandbox/job.ts";
import { limitsOf } from "../sandbox/limits.ts";
import { sandboxPool } from "../sandbox/pool.ts";
import type { LogLine } from "../sandbox/protocol.ts";
import { readSource } from "../sandbox/read-source.ts";
import { type CallToolResult, callToolResult } from "../schema.ts";
import type { CallScope, RunnableTool, Runtime } from "./runtime.ts";

/** Codes of what the host refused, which say more than that the code failed. */
const hostCodes = /^(egress_\w+|secret_unavailable|too_deep|busy)$/;

function toError(failed: Extract<JobOutcome, { failure: string }>): ToolError {
  const { failure, message, hostCode = "", stack } = failed;
  const code = failure === "code_failed" && hostCodes.test(hostCode) ? hostCode : failure;
  return new ToolError(code as ToolErrorCode, message, stack ? { cause: stack } : {});
}

/** A value is a whole result where its content is a list of blocks, as MCP has them. */
function isResult(value: unknown): boolean {
  if (!isJsonObject(value) || !Array.isArray(value.content)) return false;
  return value.content.every((block) => isJsonObject(block) && typeof block.type === "string");
}

function toResult(json: string | null): CallToolResult {
  if (json === null) return { content: [{ type: "text", text: "The tool returned nothing." }] };
  let value: unknown;
  try {
    value = parseJson(json);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new ToolError("code_failed", "The code returned JSON that nests too deep.");
  }
  if (!isResult(value)) {
    const text = typeof value === "string" ? value : json;
    return { content: [{ type: "text", text }], structuredContent: value };
  }
  const result = callToolResult.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const at = issue?.path.join(".") ?? "";
  const text = `The code returned a result that MCP does not know: ${at}: ${issue?.message}`;
  throw new ToolError("code_failed", text);
}

/** Lines of the code's log, without the secrets that it had, for the client and whoever tests it. */
function logTo({ client, secrets, trace }: CallScope, mcpName: string) {
  return (line: LogLine) => {
    const { level, text } = secrets.redact(line);
    trace?.add({ kind: "log", level, text });
    client.log?.(level, text, mcpName).catch(() => undefined);
  };
}

function note(ctx: Ctx, { mcpName }: RunnableTool, scope: CallScope, outcome: JobOutcome): void {
  if (outcome.cpuMs === 0 && "failure" in outcome) return;
  const quantity = Math.max(1, Math.ceil(outcome.cpuMs));
  const isFailure = "failure" in outcome;
  noteUsage(ctx, {
    ...{ kind: "sandbox_ms", name: mcpName, quantity, durationMs: outcome.cpuMs },
    status: isFailure ? "error" : "ok",
    ...(isFailure ? { errorCode: outcome.failure } : {}),
  });
  scope.trace?.add({ kind: "usage", usage: "sandbox_ms", quantity, cost_micros: 0 });
}

interface Program {
  config: CodeConfig;
  module: string;
}

async function readProgram({ mcpName, config }: RunnableTool): Promise<Program> {
  const parsed = codeConfig.safeParse(config);
  const source = await readSource(String(config.implementation));
  if (parsed.success && "module" in source) return { config: parsed.data, module: source.module };
  const [issue] = parsed.error?.issues ?? [];
  const reason =
    "mistake" in source
      ? `its code cannot be read at line ${source.mistake.line}: ${source.mistake.message}`
      : `config.${issue?.path.join(".")} ${issue?.message}`;
  throw new ToolError("not_runnable", `The tool ${mcpName} cannot run: ${reason}.`);
}

/** A tool that is the tenant's own JavaScript or TypeScript, run in the sandbox. */
export const codeRuntime: Runtime = (tool) => {
  return async (ctx, args, scope) => {
    const { config, module } = await readProgram(tool);
    const limits = limitsOf(config);
    const { principal, requestId, tenantId } = ctx;
    const outcome = await sandboxPool().run({
      ...{ tenantId, module, limits, signal: scope.client.signal, isNested: scope.depth > 0 },
      args: JSON.stringify(args),
      about: JSON.stringify({
        tool: { id: tool.toolId, name: tool.mcpName },
        tenant_id: tenantId,
        agent_id: principal.type === "key" ? principal.agentId : null,
        request_id: requestId,
      }),
      answer: await hostOf(ctx, config, limits, scope),
      log: logTo(scope, tool.mcpName),
    });
    note(ctx, tool, scope, outcome);
    if ("failure" in outcome) {
      if (outcome.stack)
        scope.trace?.add({
          kind: "log",
          level: "error",
          text: scope.secrets.redact(outcome.stack),
        });
      throw toError(outcome);
    }
    return toResult(outcome.json);
  };
};
