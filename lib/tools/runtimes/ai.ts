import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { type JsonObject, parseJson } from "#lib/core/json.ts";
import type { ChatMessage, ChatRequest } from "#lib/providers/chat.ts";
import {
  type Completion,
  type CompletionOptions,
  completeChat,
  costOfFailure,
} from "#lib/providers/complete.ts";
import { ProviderError } from "#lib/providers/provider-error.ts";
import { tellText } from "../calls/tell-text.ts";
import { ToolError } from "../calls/tool-error.ts";
import { type AiConfig, aiConfig, modelOf } from "../config/ai-config.ts";
import { renderPrompts } from "../config/prompt-template.ts";
import type { OutputCheck } from "../json-schema/validator.ts";
import type { CallToolResult } from "../schema.ts";
import type { CallScope, RunnableTool, Runtime } from "./runtime.ts";

interface Program {
  config: AiConfig;
  messages: { role: ChatMessage["role"]; content: string }[];
  system: string | null;
  /** Said to the model of the JSON that is wanted; null for a text. */
  wanted: string | null;
}

/** What was stored before this version knew AI tools may lack what they need. */
function readConfig({ mcpName, config }: RunnableTool): AiConfig {
  const parsed = aiConfig.safeParse(config);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const reason = `config.${issue?.path.join(".")} ${issue?.message}`;
  throw new ToolError("not_runnable", `The tool ${mcpName} cannot run: ${reason}.`);
}

function programOf(tool: RunnableTool): Program {
  const config = readConfig(tool);
  const { prompt = "", system } = config;
  const messages = config.messages ?? [{ role: "user" as const, content: prompt }];
  return {
    config,
    messages,
    system: system ?? null,
    wanted: tool.output
      ? `Answer with JSON alone, without any text around it, that is valid against this JSON Schema:\n${JSON.stringify(tool.output.schema)}`
      : null,
  };
}

async function requestOf(tenantId: string, program: Program, tool: RunnableTool, args: JsonObject) {
  const { config, messages, system, wanted } = program;
  const templates = [
    ...messages.map(({ content }) => content),
    ...(system === null ? [] : [system]),
  ];
  const texts = await renderPrompts(tenantId, templates, args);
  const said = [...texts.slice(messages.length), ...(wanted === null ? [] : [wanted])];
  return {
    messages: messages.map(({ role }, at) => ({ role, text: texts[at] ?? "" })),
    maxTokens: config.max_tokens,
    temperature: config.temperature,
    jsonObject: tool.output?.schema.type === "object",
    ...(said.length > 0 ? { system: said.join("\n\n") } : {}),
  };
}

/** The JSON of an answer, which models like to put into a fence of Markdown. */
function jsonOf(text: string): { value: unknown } | { mistake: string } {
  const fenced = /^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/i.exec(text);
  try {
    return { value: parseJson(fenced?.[1] ?? text) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { mistake: "it is not JSON" };
  }
}

async function fitting(
  { tenantId }: Ctx,
  text: string,
  check: OutputCheck,
): Promise<{ value: unknown } | { mistake: string }> {
  const read = jsonOf(text);
  if ("mistake" in read) return read;
  const errors = await check(tenantId, read.value);
  if (errors.length === 0) return read;
  return {
    mistake: errors.map(({ pointer, message }) => `${pointer || "it"} ${message}`).join("; "),
  };
}

function toToolError(error: unknown): unknown {
  if (error instanceof ProviderError) return new ToolError(error.code, error.message);
  if (!(error instanceof AppError)) return error;
  const { code, message, extra } = error;
  return code === "budget_exceeded" || code === "cost_unknown"
    ? new ToolError(code, message, { extra })
    : error;
}

/** Asks once; an answer that the model would not give, or could not end, is no answer. */
async function ask(
  ctx: Ctx,
  request: Omit<ChatRequest, "model">,
  options: CompletionOptions,
  trace: CallScope["trace"],
): Promise<Completion> {
  const answer = await completeChat(ctx, request, options).catch((error: unknown) => {
    const unknown = error instanceof ProviderError && costOfFailure(error.code) === null;
    const usage = `ai_call ${options.model}, tokens that nobody told`;
    if (unknown) trace?.add({ kind: "usage", usage, quantity: 0, cost_micros: null });
    throw toToolError(error);
  });
  const { provider, model, tokensIn, tokensOut, costMicros, stop } = answer;
  const usage = `ai_call ${provider}/${model}, tokens`;
  trace?.add({ kind: "usage", usage, quantity: tokensIn + tokensOut, cost_micros: costMicros });
  if (stop === "refusal") {
    throw new ToolError(
      "provider_refused",
      `The model ${model} refused to answer. ${answer.text}`.trim(),
    );
  }
  if (stop === "length") {
    const text = `The answer of ${model} was cut off at ${request.maxTokens} tokens. Raise config.max_tokens or ask for less.`;
    throw new ToolError("answer_cut_off", text);
  }
  return answer;
}

function asked(
  tool: RunnableTool,
  { config }: Program,
  { client, trace }: CallScope,
  onText: CompletionOptions["onText"],
) {
  return {
    name: tool.mcpName,
    model: modelOf(tool.config.implementation),
    ...{ timeoutMs: config.timeout_ms, retries: config.retries, signal: client.signal },
    onText,
    observe: trace && ((exchange: Parameters<typeof trace.add>[0]) => trace.add(exchange)),
  };
}

async function answer(
  ctx: Ctx,
  tool: RunnableTool,
  request: Awaited<ReturnType<typeof requestOf>>,
  options: CompletionOptions,
  trace: CallScope["trace"],
): Promise<CallToolResult> {
  const first = await ask(ctx, request, options, trace);
  if (!tool.output) return { content: [{ type: "text", text: first.text }] };
  const read = await fitting(ctx, first.text, tool.output.check);
  if ("value" in read) return structured(read.value);
  const correction = `That answer does not fit: ${read.mistake}. Answer again, with the corrected JSON alone.`;
  const messages: ChatMessage[] = [
    ...request.messages,
    { role: "assistant", text: first.text || "(nothing)" },
    { role: "user", text: correction },
  ];
  const second = await ask(ctx, { ...request, messages }, options, trace);
  const again = await fitting(ctx, second.text, tool.output.check);
  if ("value" in again) return structured(again.value);
  const text = `The model ${second.model} did not answer what the output schema of ${tool.mcpName} wants: ${again.mistake}.`;
  throw new ToolError("invalid_output", text);
}

/**
 * A tool that is a prompt for a language model of the tenant's own providers. With an output schema
 * the model is asked for JSON, and once more where its answer does not fit. A client that asked for
 * progress is told of the text as it arrives.
 */
export const aiRuntime: Runtime = (tool) => {
  const program = programOf(tool);
  return async (ctx, args, scope): Promise<CallToolResult> => {
    const request = await requestOf(ctx.tenantId, program, tool, args);
    const { progress } = scope.client;
    const teller = progress && tellText(progress);
    try {
      const options = asked(tool, program, scope, teller?.push);
      return await answer(ctx, tool, request, options, scope.trace);
    } finally {
      await teller?.end();
    }
  };
};

function structured(value: unknown): CallToolResult {
  return { content: [{ type: "text", text: JSON.stringify(value) }], structuredContent: value };
}
