import { z } from "zod";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { isJsonObject, jsonObject } from "#lib/core/json.ts";
import { parse } from "#lib/core/parse.ts";
import { memoryQuery } from "#lib/memory/schema.ts";
import { deleteMemory, getMemory, listMemories, registerMemory } from "#lib/memory/service.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import { nestedOrigin } from "../calls/nested.ts";
import { ToolError } from "../calls/tool-error.ts";
import type { CodeConfig } from "../config/code-config.ts";
import type { CallScope } from "../runtimes/runtime.ts";
import type { CallToolResult } from "../schema.ts";
import { refused, toGuestError } from "./host-error.ts";
import { hostFetch } from "./host-fetch.ts";
import { type Op, resourceOps } from "./host-resources.ts";
import type { SandboxJob } from "./job.ts";
import type { SandboxLimits } from "./limits.ts";

const agent = z.object({ agent_id: z.string() });
const context = agent.extend({ context: jsonObject });
const page = { limit: z.number().int().min(1).max(100).default(100) };
const toolCall = z.object({ name: z.string(), arguments: jsonObject.default({}) });
const update = z.object({
  progress: z.number(),
  total: z.number().optional(),
  message: z.string().max(1_000).optional(),
});

/** The text of a failed answer, for the error that the guest catches. */
function failureOf({ content, structuredContent }: CallToolResult) {
  const text = content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n");
  const error = isJsonObject(structuredContent) ? structuredContent.error : undefined;
  const code = isJsonObject(error) && typeof error.code === "string" ? error.code : "tool_failed";
  return { text, code };
}

/** A tool that the code called has failed. */
class NestedFailure extends Error {
  readonly result: CallToolResult;

  constructor(result: CallToolResult) {
    super(failureOf(result).text);
    this.result = result;
  }
}

function secretsOp(granted: readonly string[], { secrets }: CallScope): Op {
  return async (payload) => {
    const { name } = parse(z.object({ name: z.string() }), payload);
    if (granted.includes(name)) return secrets.get(name);
    throw new ToolError(
      "secret_unavailable",
      `The secret "${name}" is not granted to this tool: add it to its config.secrets.`,
    );
  };
}

function memoryOps(ctx: Ctx): Record<string, Op> {
  return {
    async "memory.get"(payload) {
      const { agent_id } = parse(agent, payload);
      return getMemory(ctx, agent_id).catch((error: unknown) => {
        if (error instanceof AppError && error.code === "not_found") return null;
        throw error;
      });
    },
    "memory.set": async (payload) => registerMemory(ctx, parse(context, payload)),
    async "memory.list"(payload) {
      const { items, next } = await listMemories(ctx, parse(memoryQuery.extend(page), payload));
      return { memories: items, next_cursor: next };
    },
    async "memory.delete"(payload) {
      await deleteMemory(ctx, parse(agent, payload).agent_id);
      return null;
    },
  };
}

/** Every request that the guest may make, but for `fetch`, whose body goes apart. */
function opsOf(ctx: Ctx, config: CodeConfig, scope: CallScope): Record<string, Op> {
  return {
    ...memoryOps(ctx),
    ...resourceOps(ctx),
    "secrets.get": secretsOp(config.secrets, scope),
    async "tools.call"(payload, signal) {
      const { name, arguments: args } = parse(toolCall, payload);
      const origin = nestedOrigin(scope, signal);
      const result = await scope.callTool(ctx, { mcpName: name, arguments: args }, origin);
      if (result.isError) throw new NestedFailure(result);
      return result;
    },
    async progress(payload) {
      const { progress, total, message } = parse(update, payload);
      const told = { progress, ...(total === undefined ? {} : { total }) };
      const text = message === undefined ? {} : { message: scope.secrets.redact(message) };
      await scope.client.progress?.({ ...told, ...text });
      return null;
    },
  };
}

/** What answers the guest in one call: our verbs, under the permissions of the tool's caller. */
export async function hostOf(
  ctx: Ctx,
  config: CodeConfig,
  limits: SandboxLimits,
  scope: CallScope,
): Promise<SandboxJob["answer"]> {
  const snapshot = await findSnapshot(ctx.tenantId);
  if (!snapshot) throw notFound("tenant", ctx.tenantId);
  const { secrets, trace } = scope;
  const ops = new Map(Object.entries(opsOf(ctx, config, scope)));
  const fetch = hostFetch({
    ...{ allow: config.fetch_allow, policy: snapshot.egress, timeoutMs: limits.wallMs, trace },
    redact: (value) => secrets.redact(value),
  });
  return async ({ op, json, body }, signal) => {
    try {
      if (op === "fetch") return { ok: true, ...(await fetch(json, body, signal)) };
      const run = ops.get(op);
      if (!run) return { ok: false, json: JSON.stringify(refused(`There is no ${op}.`)) };
      const value = await run(JSON.parse(json), signal);
      return { ok: true, json: JSON.stringify(value ?? null) };
    } catch (error) {
      if (!(error instanceof NestedFailure)) {
        return { ok: false, json: JSON.stringify(toGuestError(error)) };
      }
      const { message, result } = error;
      const { code } = failureOf(result);
      return { ok: false, json: JSON.stringify({ ...refused(message, code), result }) };
    }
  };
}
