import type { Ctx } from "#lib/core/ctx.ts";
import type { JsonObject } from "#lib/core/json.ts";
import type { InputSchema } from "../json-schema/parameters.ts";
import { type OutputCheck, type Validator, validatorOf } from "../json-schema/validator.ts";
import { runtimes } from "../runtimes/index.ts";
import type { CallOrigin, Invoke, RunnableTool } from "../runtimes/runtime.ts";
import type { RuntimeKind } from "../schema.ts";
import { type CallSecrets, callSecrets } from "./call-secrets.ts";
import { isInputRequired, type ToolClient, type ToolOutcome } from "./client.ts";
import { withConfirmation } from "./confirmation.ts";
import { invalidArguments, ToolError, type ToolErrorCode, toErrorResult } from "./tool-error.ts";

/** What a call came to; `errorCode` is there when the result is an error. */
export interface Outcome {
  result: ToolOutcome;
  errorCode?: ToolErrorCode;
}

/** Checks the arguments, fills in defaults and runs the tool. Errors of ours alone are thrown. */
export type Run = (ctx: Ctx, args: JsonObject, origin: CallOrigin) => Promise<Outcome>;

/** REST hears nothing but the result, so what a tool would ask it is told to ask elsewhere. */
function answerable(outcome: ToolOutcome, client: ToolClient, mcpName: string): ToolOutcome {
  if (!isInputRequired(outcome) || client.capabilities !== null) return outcome;
  const asked = Object.values(outcome.inputRequests).map(({ method }) => method);
  throw new ToolError(
    "needs_client",
    `The tool ${mcpName} asks its client (${[...new Set(asked)].join(", ")}) and this one cannot be asked. Call it from an MCP client that supports that.`,
  );
}

function failed(error: ToolError): Outcome {
  return { result: toErrorResult(error), errorCode: error.code };
}

/** What a tool asks its client is shown to a person, and its own state travels signed: as it is. */
function redacted(outcome: ToolOutcome, secrets: CallSecrets): ToolOutcome {
  return isInputRequired(outcome) ? outcome : secrets.redact(outcome);
}

/** What a tool tells its client of a call leaves as its result does. */
function redacting(client: ToolClient, secrets: CallSecrets): ToolClient {
  const { progress, log } = client;
  if (!progress && !log) return client;
  return {
    ...client,
    ...(progress ? { progress: (update) => progress(secrets.redact(update)) } : {}),
    ...(log ? { log: (level, data, logger) => log(level, secrets.redact(data), logger) } : {}),
  };
}

/** For a tool that cannot run here: every call says why. */
export function refusalOf(mcpName: string): Run {
  const text = `The tool ${mcpName} cannot run: it has no implementation. Register it again with an https:// address, internal:<name> or code as config.implementation.`;
  const outcome = failed(new ToolError("not_runnable", text));
  return () => Promise.resolve(outcome);
}

/** For a tool that its upstream server does not offer any more. */
export function goneOf(mcpName: string): Run {
  const text = `The tool ${mcpName} cannot run: its upstream server does not offer it any more. Delete it, or ask the server's operator.`;
  const outcome = failed(new ToolError("upstream_tool_gone", text));
  return () => Promise.resolve(outcome);
}

/** What is asked, limited and checked around a tool, whatever its runtime. */
export interface Conduct {
  /** As a person knows the tool. */
  title: string;
  /** The revision that runs; null where it was never saved. */
  revision: number | null;
  needsConfirmation: boolean;
  /** The whole call; null: as long as the runtime allows. */
  timeoutMs: number | null;
  checkOutput: OutputCheck;
}

/** Ends a call that takes too long, also one that does not listen to its signal. */
async function within(
  { title, timeoutMs }: Conduct,
  client: ToolClient,
  run: (client: ToolClient) => Promise<ToolOutcome>,
): Promise<ToolOutcome> {
  if (timeoutMs === null) return run(client);
  const late = AbortSignal.timeout(timeoutMs);
  const signal = client.signal ? AbortSignal.any([client.signal, late]) : late;
  const timedOut = new Promise<never>((_, reject) => {
    late.onabort = () =>
      reject(new ToolError("timed_out", `${title} did not end within ${timeoutMs} ms.`));
  });
  return Promise.race([run({ ...client, signal }), timedOut]);
}

/** A tool that promised a shape breaks its promise (MCP, server/tools, output schema). */
async function checked(
  { tenantId }: Ctx,
  outcome: ToolOutcome,
  mcpName: string,
  { checkOutput }: Conduct,
): Promise<ToolOutcome> {
  if (isInputRequired(outcome) || outcome.isError) return outcome;
  const errors = await checkOutput(tenantId, outcome.structuredContent);
  if (errors.length === 0) return outcome;
  const lines = errors.map(({ pointer, message }) => `- ${pointer || "result"}: ${message}`);
  throw new ToolError(
    "invalid_output",
    [`The result of ${mcpName} does not fit its output schema:`, ...lines].join("\n"),
    { errors },
  );
}

/** The key of a result's `_meta` that says which revision of the tool ran. */
const revisionKey = "tausestack/revision";

function withRevision(outcome: Outcome, revision: number | null): Outcome {
  const { result } = outcome;
  if (revision === null || isInputRequired(result)) return outcome;
  return { ...outcome, result: { ...result, _meta: { ...result._meta, [revisionKey]: revision } } };
}

/** How to run a tool; its schema is compiled and its config read at the first call. */
export function runOf(
  kind: RuntimeKind,
  tool: RunnableTool,
  schema: InputSchema,
  conduct: Conduct,
): Run {
  let made: { validate: Validator; invoke: Invoke } | undefined;
  const { mcpName } = tool;
  const { revision } = conduct;
  return async (ctx, given, origin) => {
    const { client } = origin;
    const secrets = callSecrets(ctx.tenantId, tool.toolId);
    origin.trace?.redactWith(secrets.redact);
    try {
      made ??= { validate: validatorOf(schema), invoke: runtimes[kind](tool) };
      const { validate, invoke } = made;
      const valid = await validate(ctx.tenantId, given);
      if ("errors" in valid) throw invalidArguments(mcpName, valid.errors);
      const run = async (asked: ToolClient) => {
        const outcome = await within(conduct, asked, (timed) =>
          invoke(ctx, valid.args, { ...origin, client: redacting(timed, secrets), secrets }),
        );
        const heard = answerable(redacted(outcome, secrets), asked, mcpName);
        return checked(ctx, heard, mcpName, conduct);
      };
      const result = conduct.needsConfirmation
        ? await withConfirmation(conduct.title, valid.args, client, run)
        : await run(client);
      return withRevision({ result }, revision);
    } catch (error) {
      if (error instanceof ToolError) return withRevision(secrets.redact(failed(error)), revision);
      throw error;
    }
  };
}
