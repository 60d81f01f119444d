import type { CallToolResult } from "@modelcontextprotocol/server";
import { z } from "zod";
import { agentOf } from "#lib/auth/subjects.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { type JsonObject, jsonObject } from "#lib/core/json.ts";
import { searchText } from "#lib/core/page.ts";
import { asHere, findReceivedSpace, receivedSpaces } from "#lib/federation/offers/use-memory.ts";
import { getItem, listItems } from "#lib/memory/items/read.ts";
import type { Place } from "#lib/memory/items/row.ts";
import {
  appendItemInput,
  defaultNamespace,
  itemKey,
  itemsQuery,
  type MemoryItem,
  namespace,
  putItemInput,
  searchInput,
} from "#lib/memory/items/schema.ts";
import { appendItem, deleteItem, putItem } from "#lib/memory/items/verbs.ts";
import { agentId } from "#lib/memory/schema.ts";
import { searchItems } from "#lib/memory/search/search.ts";
import { deleteMemory, getMemory, listMemories, registerMemory } from "#lib/memory/service.ts";
import { builtIn } from "./built-in.ts";

const agent = {
  agent_id: agentId.optional().describe("Whose memory. Default: the agent of the credential."),
};

const item = {
  ...agent,
  namespace: namespace
    .optional()
    .describe(
      `Where the memory of that key is. Default: ${defaultNamespace}. \`<prefix>:<namespace>\` of what another tenant shares.`,
    ),
  key: itemKey.optional().describe("Which memory. Without one: the agent's context document."),
};

function invalid(name: string, message: string): AppError {
  return new AppError("invalid_request", message, { errors: [{ pointer: `/${name}`, message }] });
}

function keyNeeded(): AppError {
  return invalid("key", "is required: a namespace holds several");
}

function whose(ctx: Ctx, given: string | undefined): string {
  const id = given ?? agentOf(ctx);
  if (id !== null) return id;
  throw invalid("agent_id", "is required: the credential names no agent");
}

/** The memory that is meant, or null for the agent's context document. */
function placeOf(
  ctx: Ctx,
  args: { agent_id?: string | undefined; namespace?: string | undefined; key?: string | undefined },
): Place | null {
  const owner = whose(ctx, args.agent_id);
  if (args.key !== undefined) {
    return { agentId: owner, namespace: args.namespace ?? defaultNamespace, key: args.key };
  }
  if (args.namespace !== undefined) throw keyNeeded();
  return null;
}

/** A memory as a whole result: its own `content` would be taken for one. */
function shown(memory: MemoryItem | JsonObject): CallToolResult {
  return { content: [{ type: "text", text: JSON.stringify(memory) }], structuredContent: memory };
}

const { content, tags, importance, subject_id, expires_at, base_version } = putItemInput.shape;

export const memoryTools = [
  builtIn({
    name: "memory_get",
    title: "Read memory",
    description:
      "Reads what an agent keeps between conversations: a memory by its key, or its context document.",
    permission: "memory:read",
    annotations: { readOnlyHint: true },
    input: z.object(item),
    async run(ctx, args) {
      const space = await findReceivedSpace(ctx, args.namespace);
      if (space) {
        const { key } = args;
        if (key === undefined) throw keyNeeded();
        const found = await space.read("get", (there) => getItem(there.ctx, { ...there, key }));
        return shown(asHere(space, found));
      }
      const place = placeOf(ctx, args);
      return place ? shown(await getItem(ctx, place)) : getMemory(ctx, whose(ctx, args.agent_id));
    },
  }),
  builtIn({
    name: "memory_list",
    title: "List memories",
    description:
      "Lists the agents of the tenant that keep a context document, with it; or, when an agent, a namespace, a key's beginning or a tag is named, memories by their keys.",
    permission: "memory:read",
    annotations: { readOnlyHint: true },
    input: z.object({
      search: searchText.describe("Of context documents: a part of an agent's id."),
      agent_id: agentId.optional().describe("Memories of this agent."),
      namespace: namespace.optional().describe("Memories of this namespace."),
      key_prefix: itemsQuery.shape.key_prefix.describe("Memories whose keys begin so."),
      tag: itemsQuery.shape.tag.describe("Memories with this tag."),
      limit: z.number().int().min(1).max(100).default(20),
      cursor: z.string().max(2000).optional().describe("`next_cursor` of the page before."),
    }),
    async run(ctx, { search, ...query }) {
      const space = await findReceivedSpace(ctx, query.namespace);
      if (space) {
        const { items: found, next } = await space.read("list", ({ ctx: there, ...place }) =>
          listItems(there, { ...query, agent_id: place.agentId, namespace: place.namespace }),
        );
        const memories = found.map((each) => asHere(space, each));
        return { memories, ...(next === null ? {} : { next_cursor: next }) };
      }
      const ofItems = [query.agent_id, query.namespace, query.key_prefix, query.tag];
      const page = ofItems.some((filter) => filter !== undefined)
        ? await listItems(ctx, query)
        : await listMemories(ctx, { search, limit: query.limit, cursor: query.cursor });
      const { items: memories, next } = page;
      const received = await receivedSpaces(ctx);
      return {
        memories,
        ...(received.length === 0 ? {} : { of_other_tenants: received }),
        ...(next === null ? {} : { next_cursor: next }),
      };
    },
  }),
  builtIn({
    name: "memory_search",
    title: "Search memories",
    description:
      "Finds memories by words of theirs, or words alike, among those that the caller may read.",
    permission: "memory:read",
    annotations: { readOnlyHint: true },
    input: searchInput,
    async run(ctx, args) {
      const space = await findReceivedSpace(ctx, args.namespace);
      if (!space) return searchItems(ctx, args);
      const found = await space.read("search", ({ ctx: there, ...place }) =>
        searchItems(there, { ...args, agent_id: place.agentId, namespace: place.namespace }),
      );
      return { ...found, items: found.items.map((each) => asHere(space, each)) };
    },
  }),
  builtIn({
    name: "memory_set",
    title: "Write memory",
    description:
      "Keeps something between conversations: `content` under a key, or the whole context document as `context`, which replaces what is there. Read it first to keep what is in it.",
    permission: "memory:write",
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true },
    input: z.object({
      ...item,
      context: jsonObject.optional().describe("The whole document."),
      content: content.optional().describe("With a key: any JSON value."),
      ...{ tags, importance, subject_id, expires_at, base_version },
    }),
    async run(ctx, { context, agent_id, namespace: space, key, ...rest }) {
      const other = await findReceivedSpace(ctx, space);
      if (other) {
        if (key === undefined) throw keyNeeded();
        const written = await other.write("set", (there) =>
          putItem(there.ctx, { ...there, key }, { ...rest, content: rest.content }),
        );
        return shown(asHere(other, written));
      }
      const place = placeOf(ctx, { agent_id, namespace: space, key });
      if (place) return shown(await putItem(ctx, place, { ...rest, content: rest.content }));
      if (context === undefined) throw invalid("context", "is required, or a key and its content");
      return registerMemory(ctx, { agent_id: whose(ctx, agent_id), context });
    },
  }),
  builtIn({
    name: "memory_append",
    title: "Append to memory",
    description: "Adds values to the list that is kept under a key, or begins one.",
    permission: "memory:write",
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false },
    input: z.object({ ...item, key: itemKey, ...appendItemInput.shape }),
    async run(ctx, { agent_id, namespace: space, key, ...rest }) {
      const other = await findReceivedSpace(ctx, space);
      if (other) {
        const written = await other.write("append", (there) =>
          appendItem(there.ctx, { ...there, key }, rest),
        );
        return shown(asHere(other, written));
      }
      const place = { agentId: whose(ctx, agent_id), namespace: space ?? defaultNamespace, key };
      return shown(await appendItem(ctx, place, rest));
    },
  }),
  builtIn({
    name: "memory_delete",
    title: "Delete memory",
    description: "Puts the memory of a key into the trash, or removes an agent's context document.",
    permission: "memory:write",
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true },
    input: z.object(item),
    async run(ctx, args) {
      const space = await findReceivedSpace(ctx, args.namespace);
      if (space) {
        const { key } = args;
        if (key === undefined) throw keyNeeded();
        return space.write("delete", (there) => deleteItem(there.ctx, { ...there, key }));
      }
      const place = placeOf(ctx, args);
      if (place) return deleteItem(ctx, place);
      const id = whose(ctx, args.agent_id);
      await deleteMemory(ctx, id);
      return { status: "deleted", agent_id: id };
    },
  }),
];
