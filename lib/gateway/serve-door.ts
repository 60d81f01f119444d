import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { hopsHeader } from "#lib/core/hops.ts";
import { isJsonObject, type JsonObject, parseJson } from "#lib/core/json.ts";
import { parse } from "#lib/core/parse.ts";
import { readText } from "#lib/http/body.ts";
import type { ModelTarget } from "#lib/providers/find-model.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import {
  type AnswerTo,
  failureResponse,
  refusalResponse,
  streamResponse,
  wholeResponse,
} from "./answers.ts";
import type { Asking } from "./ask-provider.ts";
import { limitsOf, type RequestShape } from "./bound.ts";
import type { Door } from "./doors.ts";
import { NotServed, serve } from "./failover.ts";
import { withMembers } from "./json-members.ts";
import { type Plan, planFor } from "./plan.ts";
import { takeSlot } from "./slots.ts";

/** A client's request, read. */
interface Read {
  door: Door;
  text: string;
  body: JsonObject & { model: string };
  isStream: boolean;
  includeUsage: boolean;
  headers: Headers;
  /** Of Anthropic's clients that use what is in beta. */
  isBeta: boolean;
}

async function read(door: Door, request: Request): Promise<Read> {
  const text = await readText(request);
  const body = parseJson(text) as Read["body"];
  const { stream } = parse(door.input, body);
  const options = body.stream_options as { include_usage?: unknown } | null | undefined;
  return {
    ...{ door, text, body, headers: request.headers },
    isStream: door.streams && stream === true,
    includeUsage: options?.include_usage === true,
    isBeta: new URL(request.url).searchParams.get("beta") === "true",
  };
}

function sameDialect({ door, text, body, isStream, includeUsage, isBeta }: Read, model: string) {
  const given = body.stream_options ?? {};
  const options = isJsonObject(given) ? { ...given, include_usage: true } : given;
  // Without it no provider tells what a streamed chat completion used.
  const asksForUsage = isStream && !includeUsage && door.name === "chat/completions";
  const changed = {
    model: JSON.stringify(model),
    ...(asksForUsage ? { stream_options: JSON.stringify(options) } : {}),
  };
  const query = isBeta && door.dialect === "anthropic" ? "?beta=true" : "";
  const data = () => ({
    ...{ ...body, model },
    ...(asksForUsage ? { stream_options: options } : {}),
  });
  return {
    ...{ path: door.path + query, shape: door.shape, data },
    body: withMembers(text, changed),
  };
}

function otherDialect({ door, body }: Read, target: ModelTarget) {
  if (!door.crossing) {
    const { name, type } = target.provider;
    const detail = `/v1/${door.name} is for providers that speak the dialect "${door.dialect}"; ${name} speaks "${type}". Name a model of another provider.`;
    throw new AppError("invalid_request", detail, {
      errors: [{ pointer: "/model", message: `is of a provider that speaks "${type}"` }],
    });
  }
  const { path, shape, request } = door.crossing;
  const data = request(body, target);
  return { path, shape, data: () => data, body: JSON.stringify(data) };
}

/** Of endpoints like ours that a request comes through, one after the other. */
const mostHops = 4;

/** What our own requests are written in, and what a client means that names no version. */
const versions = { ours: "2026-10-21", unnamed: "2023-06-01" };

/**
 * What a provider is told besides the body: the version and betas of its dialect and, at an address
 * that the tenant chose and that may be one of ours, how many of those the request came through.
 */
function headersFor({ door, headers }: Read, { provider }: ModelTarget, hops: number) {
  const counted = provider.baseUrl === null ? {} : { [hopsHeader]: String(hops + 1) };
  if (provider.type !== "anthropic") return counted;
  if (door.dialect !== "anthropic") return { ...counted, "anthropic-version": versions.ours };
  const beta = headers.get("anthropic-beta");
  return {
    ...counted,
    "anthropic-version": headers.get("anthropic-version") ?? versions.unnamed,
    ...(beta === null ? {} : { "anthropic-beta": beta }),
  };
}

/** The member by which a provider is told of a limit. */
function limitOf(shape: RequestShape, { provider: { baseUrl } }: ModelTarget): string | null {
  // As in a crossing: OpenAI's own newer models refuse the older name, which others alone know.
  if (shape === "chat/completions")
    return baseUrl === null ? "max_completion_tokens" : "max_tokens";
  return limitsOf[shape][0] ?? null;
}

function askingFor(asked: Read, plan: Plan, hops: number, target: ModelTarget): Asking {
  const { door, body } = asked;
  const isSame = door.dialect === target.provider.type;
  const put = isSame ? sameDialect(asked, target.model) : otherDialect(asked, target);
  return {
    ...put,
    limit: limitOf(put.shape, target),
    hasOwnLimit: limitsOf[door.shape].some(
      (name) => body[name] !== undefined && body[name] !== null,
    ),
    ...{ isStream: asked.isStream, timeoutMs: plan.timeoutMs },
    headers: headersFor(asked, target, hops),
  };
}

/**
 * Answers a request at one of the gateway's doors by a model of the tenant's, in the door's own
 * dialect. Needs `gateway:use`. Throws `invalid_request`, `payload_too_large` and `not_found` for
 * what no provider is asked; what a provider refused or failed at is an answer.
 */
export async function serveDoor(ctx: Ctx, door: Door, request: Request): Promise<Response> {
  authorize(ctx, "gateway:use");
  if ((ctx.hops ?? 0) >= mostHops) {
    const detail = `The request has come through ${mostHops} endpoints like this one. Look for a provider that leads back here.`;
    throw new AppError("invalid_request", detail);
  }
  const asked = await read(door, request);
  const snapshot = await findSnapshot(ctx.tenantId);
  if (!snapshot) throw notFound("tenant", ctx.tenantId);
  const plan = await planFor(snapshot, asked.body.model);
  const gone = new AbortController();
  const leave = () => gone.abort(new AppError("unavailable", "The client has left."));
  if (request.signal.aborted) leave();
  else request.signal.addEventListener("abort", leave, { once: true });
  const { body, includeUsage } = asked;
  const leaveSlot = takeSlot(snapshot);
  const to: AnswerTo = { ctx, door, request: body, includeUsage, gone, leave: leaveSlot };
  let isStreaming = false;
  try {
    const served = await serve({
      ...{ ctx, snapshot, plan, signal: gone.signal },
      name: door.isBilled ? door.name : null,
      prepare: (target) => askingFor(asked, plan, ctx.hops ?? 0, target),
    });
    if (served.asked.kind === "whole") return await wholeResponse(to, served, served.asked);
    const response = streamResponse(to, served, served.asked);
    isStreaming = true;
    return response;
  } catch (error) {
    if (error instanceof NotServed) return failureResponse(to, error);
    if (error instanceof AppError && error.code === "cost_unknown")
      return refusalResponse(to, error);
    throw error;
  } finally {
    if (!isStreaming) leaveSlot();
  }
}
