import { z } from "zod";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { mimeType } from "#lib/core/icon-schema.ts";
import { parse } from "#lib/core/parse.ts";
import { checkResourceAccess } from "#lib/resources/access/explain.ts";
import { checkInput } from "#lib/resources/access/schema.ts";
import { apiRequest } from "#lib/resources/drivers/api/connection-schema.ts";
import {
  executeInput,
  queryInput,
  selectInput,
} from "#lib/resources/drivers/database/connection-schema.ts";
import { fileListQuery } from "#lib/resources/drivers/file/files-schema.ts";
import { mediaTypeOf } from "#lib/resources/drivers/file/media-type.ts";
import { filePath } from "#lib/resources/drivers/file/path.ts";
import { bodyOf } from "#lib/resources/media.ts";
import { readResource } from "#lib/resources/read.ts";
import { resourceQuery } from "#lib/resources/schema.ts";
import { listUsableResources } from "#lib/resources/service.ts";
import { requestResource } from "#lib/resources/use/api.ts";
import { executeOnResource, queryResource, selectResource } from "#lib/resources/use/database.ts";
import { deleteFile, listFiles, openFile, writeFile } from "#lib/resources/use/files.ts";

/** Answers one request of the guest. */
export type Op = (payload: unknown, signal: AbortSignal) => Promise<unknown>;

const mostBytes = 1_048_576;
const page = { limit: z.number().int().min(1).max(100).default(100) };
const range = z.object({
  offset: z.number().int().min(0).optional(),
  length: z.number().int().min(1).max(mostBytes).optional(),
});
const read = range.extend({ uri: z.string().max(4096) });
const of = { resource_id: z.string() };
/** Of whoever calls the tool; others are asked about over REST. */
const check = checkInput.omit({ subject: true }).extend(of);
const file = z.object({ ...of, path: filePath });
const content = file.extend({
  text: z.string().optional(),
  base64: z.base64().optional(),
  mime_type: mimeType.optional(),
});

const databaseOps = (ctx: Ctx): Record<string, Op> => ({
  async "resources.query"(payload, signal) {
    const { resource_id, ...query } = parse(queryInput.extend(of), payload);
    return queryResource(ctx, resource_id, query, signal);
  },
  async "resources.select"(payload, signal) {
    const { resource_id, ...query } = parse(selectInput.extend(of), payload);
    return selectResource(ctx, resource_id, query, signal);
  },
  async "resources.execute"(payload, signal) {
    const { resource_id, ...statement } = parse(executeInput.extend(of), payload);
    return executeOnResource(ctx, resource_id, statement, signal);
  },
});

/** A file as the guest gets it: `text` where it is text, `blob` in base64 otherwise. */
async function readFor(ctx: Ctx, payload: unknown, signal: AbortSignal) {
  const { resource_id, path, offset, length } = parse(file.extend(range.shape), payload);
  const found = await openFile(ctx, resource_id, { path }, signal);
  const start = offset ?? 0;
  const wanted = length ?? Math.max(0, found.size - start);
  if (wanted > mostBytes) {
    const detail = `"${path}" has ${found.size} bytes, and at most ${mostBytes} are read at a time. Give offset and length.`;
    throw new AppError("invalid_request", detail);
  }
  const isWhole = offset === undefined && length === undefined;
  const bytes = await found.read(isWhole ? undefined : { start, length: wanted });
  return { path, size: found.size, ...bodyOf(bytes, found.mimeType) };
}

const fileOps = (ctx: Ctx): Record<string, Op> => ({
  async "resources.files.list"(payload, signal) {
    const { resource_id, ...query } = parse(fileListQuery.extend(of), payload);
    return listFiles(ctx, resource_id, query, signal);
  },
  "resources.files.read": (payload, signal) => readFor(ctx, payload, signal),
  async "resources.files.write"(payload, signal) {
    const { resource_id, path, text, base64, mime_type } = parse(content, payload);
    if ((text === undefined) === (base64 === undefined)) {
      throw new AppError("invalid_request", "A file is written from text or from base64.");
    }
    const bytes = text === undefined ? Buffer.from(base64 ?? "", "base64") : Buffer.from(text);
    const written = { bytes, mimeType: mime_type ?? mediaTypeOf(path) };
    return writeFile(ctx, resource_id, { path }, written, signal);
  },
  async "resources.files.delete"(payload, signal) {
    const { resource_id, path } = parse(file, payload);
    await deleteFile(ctx, resource_id, { path }, signal);
    return null;
  },
});

/** What tenant code does with resources, under the permissions and grants of the tool's caller. */
export function resourceOps(ctx: Ctx): Record<string, Op> {
  return {
    ...databaseOps(ctx),
    ...fileOps(ctx),
    async "resources.list"(payload) {
      const { items, next } = await listUsableResources(
        ctx,
        parse(resourceQuery.extend(page), payload),
      );
      return { resources: items, next_cursor: next };
    },
    async "resources.check"(payload) {
      const { resource_id, ...question } = parse(check, payload);
      return checkResourceAccess(ctx, resource_id, question);
    },
    async "resources.read"(payload, signal) {
      const { uri, offset, length } = parse(read, payload);
      const start = offset ?? 0;
      const end = length === undefined ? undefined : start + length - 1;
      const whole = offset === undefined && length === undefined;
      const part = { start, ...(end === undefined ? {} : { end }) };
      return readResource(ctx, uri, { signal, ...(whole ? {} : { range: part }) });
    },
    async "resources.request"(payload, signal) {
      const { resource_id, ...request } = parse(apiRequest.extend(of), payload);
      return requestResource(ctx, resource_id, request, signal);
    },
  };
}
