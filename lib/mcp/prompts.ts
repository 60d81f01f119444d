import {
  type ElicitResult,
  type ListPromptsResult,
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { receivedPrompts, renderReceivedPrompt } from "#lib/federation/offers/use-prompt.ts";
import { type ListedPrompt, promptCatalogOf } from "#lib/prompts/catalog.ts";
import { renderPrompt } from "#lib/prompts/render.ts";
import { canElicit, elicitation, elicitResult } from "#lib/tools/calls/elicitation.ts";
import { exposedPrompts, getUpstreamPrompt } from "#lib/upstreams/exposed.ts";
import { handle } from "./handle.ts";
import { inOrder, pageOf } from "./page.ts";
import { asking } from "./request-state.ts";
import { capabilitiesOf } from "./tool-client.ts";

/** The name of the one question that a prompt asks: for arguments that it needs and was not given. */
const question = "arguments";

async function listPrompts(ctx: Ctx, cursor: string | undefined): Promise<ListPromptsResult> {
  authorize(ctx, "prompts:read");
  const [{ listed }, received, others] = await Promise.all([
    promptCatalogOf(ctx.tenantId),
    receivedPrompts(ctx),
    exposedPrompts(ctx),
  ]);
  // A prompt of the tenant's own stands before one of that name elsewhere.
  const taken = new Set(listed.map(({ name }) => name));
  const more = [...received, ...(others as ListedPrompt[])].filter(({ name }) => {
    const isNew = !taken.has(name);
    taken.add(name);
    return isNew;
  });
  const all = inOrder<ListedPrompt>(listed, more, ({ name }) => name);
  const { items, nextCursor } = pageOf(all, ({ name }) => name, cursor);
  return { prompts: items, ...(nextCursor === undefined ? {} : { nextCursor }) };
}

type Argument = NonNullable<ListedPrompt["arguments"]>[number];

function missingOf(prompt: ListedPrompt | undefined, given: Record<string, string>): Argument[] {
  const needed = prompt?.arguments?.filter(({ required }) => required) ?? [];
  return needed.filter(({ name }) => !Object.hasOwn(given, name));
}

function answered(answer: ElicitResult | null): Record<string, string> {
  if (answer === null) return {};
  if (answer.action !== "accept") {
    throw new ProtocolError(
      ProtocolErrorCode.InvalidParams,
      "The user did not give the arguments that the prompt needs.",
    );
  }
  const texts = Object.entries(answer.content ?? {}).filter(
    ([, value]) => typeof value === "string",
  );
  return Object.fromEntries(texts) as Record<string, string>;
}

/** Asks the user for the arguments that are missing. */
function questionFor(name: string, missing: readonly Argument[]) {
  const properties = missing.map((argument) => {
    const { title = argument.name, description } = argument;
    return [
      argument.name,
      { type: "string" as const, title, ...(description ? { description } : {}) },
    ];
  });
  return elicitation(`The prompt ${name} needs:`, {
    type: "object",
    properties: Object.fromEntries(properties),
    required: missing.map((argument) => argument.name),
  });
}

async function getPrompt(
  server: Server,
  ctx: Ctx,
  params: { name: string; arguments?: Record<string, string> | undefined },
  context: ServerContext,
) {
  authorize(ctx, "prompts:read");
  const { name } = params;
  const given = params.arguments ?? {};
  const { listed } = await promptCatalogOf(ctx.tenantId);
  const prompt = listed.find((each) => each.name === name);
  const elsewhere = prompt
    ? null
    : ((await renderReceivedPrompt(ctx, name, given)) ??
      (await getUpstreamPrompt(ctx, name, given, context.mcpReq.signal)));
  if (elsewhere) return elsewhere;
  const asked = missingOf(prompt, given);
  const answers =
    asked.length === 0 ? {} : answered(elicitResult(context.mcpReq.inputResponses?.[question]));
  const wanted = asked.flatMap((argument) => {
    const value = answers[argument.name];
    return value === undefined ? [] : [[argument.name, value] as const];
  });
  const args = { ...given, ...Object.fromEntries(wanted) };
  const missing = missingOf(prompt, args);
  if (missing.length > 0 && canElicit(capabilitiesOf(server, context))) {
    return asking(context, name, { inputRequests: { [question]: questionFor(name, missing) } });
  }
  return renderPrompt(ctx, name, args);
}

export function servePrompts(server: Server): void {
  server.setRequestHandler(
    "prompts/list",
    handle((ctx, { params }) => listPrompts(ctx, params?.cursor)),
  );
  server.setRequestHandler(
    "prompts/get",
    handle((ctx, { params }, context) => getPrompt(server, ctx, params, context)),
  );
}
