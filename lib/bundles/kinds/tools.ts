import type { z } from "zod";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { parse } from "#lib/core/parse.ts";
import { secretName } from "#lib/secrets/schema.ts";
import { saveAndPublishAll } from "#lib/tools/bulk.ts";
import { catalogTopic } from "#lib/tools/catalog.ts";
import { ungrantedTo } from "#lib/tools/governance/visibility.ts";
import { mcpNameOf } from "#lib/tools/mcp-name.ts";
import { namesOfOthers } from "#lib/tools/names.ts";
import { isReservedName } from "#lib/tools/reserved-names.ts";
import { documentOf, documentOfRow, type ToolRow } from "#lib/tools/revisions/document.ts";
import { checkDefinition } from "#lib/tools/revisions/write.ts";
import { readTools, statusOf, toolIds } from "#lib/tools/row.ts";
import { implementationKind, registerToolInput } from "#lib/tools/schema.ts";
import { secretNamesIn } from "#lib/tools/secret-uses.ts";
import { fillHidden, hiddenIn, hideConfig } from "../hide.ts";
import { mistakes } from "../mistakes.ts";
import type { Definition, KindAdapter, Present, Write } from "./kind.ts";

type Input = z.output<typeof registerToolInput>;

const strictInput = registerToolInput.strict();

function toDefinition(input: Input): Definition {
  return { tool_id: input.tool_id, is_dynamic: input.is_dynamic, ...documentOf(input) };
}

/** What has passed `parse` is an input again. */
const toInput = (definition: Definition) => definition as unknown as Input;

const configOf = (definition: Definition) => definition.config as JsonObject;

function omittedFrom(row: ToolRow): string | null {
  const status = statusOf(row);
  if (status !== "published") return `It is ${status === "draft" ? "a draft" : "archived"}.`;
  return elsewhere(row.config as JsonObject)?.reason ?? null;
}

/** Tools that are accepted in each tenant by itself, and so are in no bundle. */
function elsewhere(config: JsonObject): { reason: string; mistake: string } | null {
  switch (implementationKind(config)) {
    case "mcp":
      return {
        reason:
          "It is a tool of an upstream server, which is registered and whose tools are accepted in each tenant.",
        mistake: "is a tool of an upstream server, which no bundle brings. Accept it from there",
      };
    case "offer":
      return {
        reason: "It is a tool that another tenant offers to this one.",
        mistake: "is a tool that another tenant offers, which no bundle brings. Accept the offer",
      };
    default:
      return null;
  }
}

function toPresent(row: ToolRow): Present {
  const { toolId: id, isDynamic, latestRevision, publishedRevision, draftRevision } = row;
  const { archivedAt, createdAt, updatedAt, mcpName } = row;
  const definition = { tool_id: id, is_dynamic: isDynamic, ...documentOfRow(row) };
  const status = statusOf(row);
  const hidden = hideConfig(configOf(definition));
  return {
    ...{ id, definition, name: mcpName, omitted: omittedFrom(row) },
    remark:
      hiddenIn(visible(hidden), "").length === 0
        ? null
        : "Values of its config that may be secrets are masked. Name secrets in their place to have it imported elsewhere.",
    stamp: JSON.stringify([
      ...[createdAt, updatedAt, archivedAt, isDynamic, latestRevision],
      ...[publishedRevision, draftRevision],
    ]),
    differs:
      status === "published"
        ? null
        : `The tenant's own is ${status === "draft" ? "a draft" : "archived"}; the import makes it live.`,
  };
}

const nothing = { kept: undefined, hidden: undefined };

/** Code may say anything, so that no mask is looked for in it. */
function visible(config: JsonObject): JsonObject {
  if (implementationKind(config) !== "code") return config;
  const { implementation: _, ...rest } = config;
  return rest;
}

/** What is masked in the tenant's own config, where the values still go to the same address. */
function knownOf(config: JsonObject, present: Present | undefined) {
  const kept = present && configOf(present.definition);
  if (!kept) return nothing;
  const hidden = hideConfig(kept);
  const given = config.implementation;
  // A key in the address is masked as well: as it was exported, it is the same address.
  if (given !== kept.implementation && given !== hidden.implementation) return nothing;
  return { kept, hidden };
}

function parseTool(_: Ctx, item: JsonObject, present: Present | undefined): Definition {
  const { config } = item;
  if (!isJsonObject(config)) return toDefinition(parse(strictInput, item));
  const { value, errors } = fillHidden(visible(config), knownOf(config, present), "/config");
  if (errors.length > 0) throw mistakes(errors);
  const filled = { ...config, ...(value as JsonObject) };
  const input = toDefinition(parse(strictInput, { ...item, config: filled }));
  const other = elsewhere(filled);
  if (!other) return input;
  throw mistakes([{ pointer: "/config/implementation", message: other.mistake }]);
}

export const tools: KindAdapter = {
  ...{ read: "tools:read", write: "tools:write", idKey: "tool_id" },
  defaults: toDefinition(registerToolInput.parse({ tool_id: "x", name: "x" })),
  ids: toolIds,
  async hiddenFrom(ctx) {
    const ids = await ungrantedTo(ctx);
    return ids.size === 0 ? null : (id) => ids.has(id);
  },
  load: async (tx, ctx, ids, lock) => (await readTools(tx, ctx, ids, lock)).map(toPresent),
  hide: (definition) => ({ ...definition, config: hideConfig(configOf(definition)) }),
  secrets: (hidden) =>
    [...secretNamesIn(hidden.config)].filter((name) => secretName.safeParse(name).success),
  parse: parseTool,
  async check(ctx, definition) {
    await checkDefinition(ctx, toInput(definition));
  },
  async conflicts(tx, ctx, writes, present) {
    const found = new Map<string, string>();
    const nameOf = ({ id, definition }: Write) => mcpNameOf(String(definition.name), id);
    const ids = writes.map(({ id }) => id);
    const taken = new Set(await namesOfOthers(tx, ctx, writes.map(nameOf), ids));
    for (const write of writes) {
      const name = nameOf(write);
      if (isReservedName(name) && present.get(write.id)?.name !== name) {
        found.set(write.id, `"${name}" is a name of the platform's own tools.`);
      } else if (taken.has(name)) {
        found.set(write.id, `MCP clients already call another tool "${name}".`);
      }
      taken.add(name);
    }
    return found;
  },
  takes(writes, present) {
    const becomesDynamic = writes.filter(
      ({ id, definition }) =>
        definition.is_dynamic === true && present.get(id)?.definition.is_dynamic !== true,
    );
    return {
      max_tools: writes.filter(({ isNew }) => isNew).length,
      max_dynamic_tools: becomesDynamic.length,
    };
  },
  async save(tx, ctx, writes) {
    const { created } = await saveAndPublishAll(
      tx,
      ctx,
      writes.map(({ definition }) => toInput(definition)),
    );
    const isNew = new Set(created);
    const other = writes.find((write) => write.isNew !== isNew.has(write.id));
    if (other) throw new AppError("conflict", `The tool "${other.id}" has just been registered.`);
    return { notices: [{ topic: catalogTopic, key: ctx.tenantId }] };
  },
};
