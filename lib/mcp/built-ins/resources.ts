import { z } from "zod";
import type { Ctx } from "#lib/core/ctx.ts";
import { searchText } from "#lib/core/page.ts";
import { getOwnAccess } from "#lib/resources/access/explain.ts";
import { isReadableUri, readResource } from "#lib/resources/read.ts";
import type { Resource } from "#lib/resources/schema.ts";
import { listUsableResources } from "#lib/resources/service.ts";
import { builtIn } from "./built-in.ts";

/** What a client can show and open by itself (MCP's ResourceLink). */
function toLink({ uri, name, title, description, mime_type, size }: Resource) {
  return {
    type: "resource_link",
    uri,
    name,
    ...(title === null ? {} : { title }),
    ...(description === "" ? {} : { description }),
    ...(mime_type === null ? {} : { mimeType: mime_type }),
    ...(size === null ? {} : { size }),
  };
}

/** Links to what the caller may read whole; a template's URI is none to be read. */
async function toLinks(ctx: Ctx, found: readonly Resource[]) {
  const readable = await Promise.all(found.map(({ uri }) => isReadableUri(ctx, uri)));
  return found.filter((each, at) => each.is_template || readable[at]).map(toLink);
}

export const resourceTools = [
  builtIn({
    name: "resource_list",
    title: "List resources",
    description:
      "Lists the databases, files, APIs and documents that you may use: what each is, and the uri to read it by.",
    permission: "resources:read",
    annotations: { readOnlyHint: true },
    input: z.object({
      resource_type: z.string().max(200).optional().describe("Such as database, file or api."),
      search: searchText.describe("A part of a name or an id."),
      limit: z.number().int().min(1).max(100).default(50),
      cursor: z.string().max(2000).optional().describe("`next_cursor` of the page before."),
    }),
    async run(ctx, query) {
      const { items, next } = await listUsableResources(ctx, query);
      const more = next === null ? "" : ` More come with cursor ${next}.`;
      return {
        content: [
          { type: "text", text: `Resources: ${items.length}.${more}` },
          ...(await toLinks(ctx, items)),
        ],
        structuredContent: { resources: items, ...(next === null ? {} : { next_cursor: next }) },
      };
    },
  }),
  builtIn({
    name: "resource_access",
    title: "Ask for access",
    description:
      "Tells what you may do with a resource, and why: each permission, and the conditions that a use of it has to fit. Ask before you conclude that something is out of reach.",
    permission: "resources:read",
    annotations: { readOnlyHint: true },
    input: z.object({ uri: z.string().min(1).max(4096).describe("As resource_list has it.") }),
    run: (ctx, { uri }) => getOwnAccess(ctx, uri),
  }),
  builtIn({
    name: "resource_read",
    title: "Read a resource",
    description:
      "Reads a resource by its uri, or a range of a large one. For clients that do not read MCP resources themselves.",
    permission: "resources:read",
    annotations: { readOnlyHint: true },
    input: z.object({
      uri: z.string().min(1).max(4096),
      offset: z.number().int().min(0).optional().describe("First byte of the range; default 0."),
      length: z.number().int().min(1).max(1_048_576).optional().describe("Bytes of the range."),
    }),
    async run(ctx, { uri, offset, length }, signal) {
      const start = offset ?? 0;
      const isRange = offset !== undefined || length !== undefined;
      const range = { start, ...(length === undefined ? {} : { end: start + length - 1 }) };
      const contents = await readResource(ctx, uri, { signal, ...(isRange ? { range } : {}) });
      return {
        content: contents.map(({ size: _, ...resource }) => ({ type: "resource", resource })),
        structuredContent: { uri, size: contents[0]?.size ?? 0 },
      };
    },
  }),
];
