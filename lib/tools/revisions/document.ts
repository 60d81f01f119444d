import type { z } from "zod";
import type { tools } from "#db/schema/tools.ts";
import type { Icon } from "#lib/core/icon-schema.ts";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { secretMask, stripSecrets } from "#lib/core/secrets.ts";
import { type definitionFields, shownDefinition } from "../schema.ts";

/** Everything that defines a tool; a revision is one of these. */
export type ToolDocument = z.output<z.ZodObject<typeof shownDefinition>>;

export type ToolRow = typeof tools.$inferSelect;

const keys = Object.keys(shownDefinition).sort() as (keyof ToolDocument)[];

/** The document of a checked input, its keys in one order, so that equal ones are equal as text. */
export function documentOf(input: z.output<z.ZodObject<typeof definitionFields>>): ToolDocument {
  return Object.fromEntries(keys.map((key) => [key, input[key]])) as unknown as ToolDocument;
}

/** What a tool's row says now. */
export function documentOfRow(row: ToolRow): ToolDocument {
  return documentOf({
    name: row.name,
    title: row.title,
    description: row.description,
    config: row.config as JsonObject,
    parameters: row.parameters as JsonObject,
    output_schema: row.outputSchema as JsonObject | null,
    annotations: row.annotations as ToolDocument["annotations"],
    icons: row.icons as Icon[],
    meta: row.meta as JsonObject,
    confirm: row.confirm,
    pinned: row.pinned,
    task_support: row.taskSupport,
    timeout_ms: row.timeoutMs,
  });
}

/** The document as the columns of a tool's row. */
export function columnsOf(document: ToolDocument) {
  return {
    name: document.name,
    title: document.title,
    description: document.description,
    config: document.config,
    parameters: document.parameters,
    outputSchema: document.output_schema,
    annotations: document.annotations,
    icons: document.icons,
    meta: document.meta,
    confirm: document.confirm,
    pinned: document.pinned,
    taskSupport: document.task_support,
    timeoutMs: document.timeout_ms,
  };
}

export function isSameDocument(a: ToolDocument, b: ToolDocument): boolean {
  return JSON.stringify(documentOf(a)) === JSON.stringify(documentOf(b));
}

/**
 * For callers who may only read: any header that a tenant sends may be a credential, and so may what
 * the query and the body have under names such as `api_key`.
 */
export function maskedDocument<T extends Pick<ToolDocument, "config">>(document: T): T {
  const { config } = document;
  const { headers } = config;
  const masked = isJsonObject(headers)
    ? { headers: Object.fromEntries(Object.keys(headers).map((name) => [name, secretMask])) }
    : {};
  const stripped = ["query", "body"]
    .filter((key) => Object.hasOwn(config, key))
    .map((key) => [key, stripSecrets(config[key])] as const);
  return { ...document, config: { ...config, ...Object.fromEntries(stripped), ...masked } };
}
