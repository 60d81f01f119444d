import type { z } from "zod";
import type { Ctx, OfferKind } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { parse } from "#lib/core/parse.ts";
import { namespace } from "#lib/memory/items/schema.ts";
import { listSpaces } from "#lib/memory/items/spaces.ts";
import { nameOf } from "#lib/offers/row.ts";
import { promptCatalogOf } from "#lib/prompts/catalog.ts";
import { promptName } from "#lib/prompts/schema.ts";
import { isReservedName } from "#lib/tools/reserved-names.ts";
import { registerToolInput } from "#lib/tools/schema.ts";
import { prefixedName } from "#lib/upstreams/schema.ts";

const longestToolName = 128;

function wrongPrefix(code: "invalid_request" | "conflict", message: string): AppError {
  return new AppError(code, `prefix: ${message}`, { errors: [{ pointer: "/prefix", message }] });
}

/**
 * What an object is called in the tenant that accepts it: `<prefix>_<name>`, of a memory
 * `<prefix>:<namespace>`. Throws `invalid_request` for a prefix that makes the name too long, and
 * `conflict` for one that is the platform's.
 */
export function exposedNameOf(kind: OfferKind, prefix: string, definition: JsonObject): string {
  const own = nameOf(definition);
  const name = kind === "memory" ? `${prefix}:${own}` : prefixedName(prefix, own);
  const isLegal = {
    tool: () => name.length <= longestToolName,
    prompt: () => promptName.safeParse(name).success,
    memory: () => namespace.safeParse(name).success,
    resource: () => true,
  };
  if (!isLegal[kind]())
    throw wrongPrefix("invalid_request", `makes the name "${name}", which is too long`);
  if (kind === "tool" && isReservedName(name)) {
    throw wrongPrefix("conflict", `makes "${name}", which is a name of the platform's own tools`);
  }
  return name;
}

/** Throws `conflict` where something of the tenant's own has the name. */
export async function refuseTaken(ctx: Ctx, kind: OfferKind, name: string): Promise<void> {
  if (kind === "prompt") {
    const { listed } = await promptCatalogOf(ctx.tenantId);
    if (!listed.some((each) => each.name === name)) return;
    throw wrongPrefix("conflict", `makes "${name}", which is a prompt of the tenant already`);
  }
  if (kind === "memory" && ctx.permissions.has("memory:read")) {
    const spaces = await listSpaces(ctx);
    if (!spaces.some((each) => each.namespace === name)) return;
    throw wrongPrefix("conflict", `makes "${name}", which is a namespace of the tenant already`);
  }
}

/** The tool that the accepting tenant has of an offer. */
export function toolOf(
  offerId: string,
  name: string,
  definition: JsonObject,
): z.output<typeof registerToolInput> {
  const { description, title, parameters, output_schema, annotations } = definition;
  const { confirm, task_support } = definition;
  return parse(registerToolInput, {
    ...{ tool_id: offerId, name, description, parameters, annotations, confirm, task_support },
    ...(title === undefined ? {} : { title }),
    ...(output_schema === undefined ? {} : { output_schema }),
    config: { type: "offer", implementation: `offer:${offerId}` },
  });
}
