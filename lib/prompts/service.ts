import { and, asc, eq, gt, sql } from "drizzle-orm";
import { prompts, promptVersions } from "#db/schema/prompts.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { decodeCursor, type Page, pageSize, toPage } from "#lib/core/page.ts";
import { parse } from "#lib/core/parse.ts";
import { refuseOffered } from "#lib/offers/offered.ts";
import { asLimitExceeded } from "#lib/tenants/limits.ts";
import { change } from "./change.ts";
import { checkName, load, oneOf, type PromptRow, toPrompt, versionsOfPrompt } from "./row.ts";
import {
  type CreatePromptInput,
  createPromptInput,
  type Prompt,
  type PromptArgument,
  type PromptQuery,
  type PromptSummary,
  type PutPromptInput,
  promptName,
  putPromptInput,
} from "./schema.ts";

type Document = Pick<Prompt, "title" | "description" | "icons" | "arguments" | "messages">;

function nameTaken(name: string): AppError {
  return new AppError(
    "conflict",
    `The tenant has a prompt "${name}" already. Give this one another name, or PUT /prompts/${name} to change that one.`,
    { errors: [{ pointer: "/name", message: "is taken by another prompt" }] },
  );
}

/** Refuses a write that was made on another version than the one in use now; 0 is no prompt. */
function checkBase(name: string, base: number, current: number): void {
  if (base === current) return;
  if (current === 0) {
    throw new AppError(
      "conflict",
      `The prompt "${name}" is gone since version ${base} was read. Send base_version 0 to create it again.`,
    );
  }
  throw new AppError(
    "conflict",
    `The prompt "${name}" is at version ${current}, and this change was made on ${base === 0 ? "none" : base}. Read it again, and send base_version ${current}.`,
    { extra: { version: current } },
  );
}

async function lock(tx: Tx, ctx: Ctx, name: string): Promise<PromptRow | undefined> {
  const [row] = await tx.select().from(prompts).where(oneOf(ctx, name)).for("update");
  return row;
}

/**
 * Writes version n+1 of the prompt, or the first one, in the transaction of the caller, who has
 * parsed the document and announces the prompts. Throws `conflict` when `base` is given and is not
 * the current version; 0 is no prompt.
 */
export async function writePrompt(
  tx: Tx,
  ctx: Ctx,
  name: string,
  document: Document,
  base: number | null,
): Promise<Prompt> {
  const before = await lock(tx, ctx, name);
  if (base !== null) checkBase(name, base, before?.currentVersion ?? 0);
  const old = before && (await load(tx, ctx, name));
  const version = (before?.latestVersion ?? 0) + 1;
  const numbers = { currentVersion: version, latestVersion: version };
  const [row] = before
    ? await tx
        .update(prompts)
        .set({ ...numbers, updatedAt: sql`now()` })
        .where(oneOf(ctx, name))
        .returning()
    : await tx
        .insert(prompts)
        .values({ tenantId: ctx.tenantId, name, ...numbers })
        .onConflictDoNothing()
        .returning();
  // Another caller has created it since the look: its row is there now.
  if (!row) return writePrompt(tx, ctx, name, document, base);
  const [written] = await tx
    .insert(promptVersions)
    .values({
      ...{ tenantId: ctx.tenantId, name, version, ...document },
      principalType: ctx.principal.type,
      principalId: ctx.principal.id,
    })
    .returning();
  if (!written) throw new Error("The insert returned no row");
  const after = toPrompt(row, written);
  await audit(tx, ctx, {
    action: before ? "prompt.update" : "prompt.create",
    target: { type: "prompt", id: name },
    before: old && toPrompt(old.prompt, old.version),
    after,
  });
  return after;
}

/**
 * Creates a prompt as version 1. Throws `invalid_request`, `conflict` when the tenant has one of
 * that name, and `limit_exceeded` when it has `max_prompts` already.
 */
export async function createPrompt(ctx: Ctx, raw: CreatePromptInput): Promise<Prompt> {
  authorize(ctx, "prompts:write");
  const { name, ...document } = parse(createPromptInput, raw);
  try {
    return await change(ctx, (tx) => writePrompt(tx, ctx, name, document, 0));
  } catch (error) {
    if (error instanceof AppError && error.code === "conflict") throw nameTaken(name);
    throw asLimitExceeded(error) ?? error;
  }
}

/**
 * Writes the prompt's next version, which becomes the current one, or creates the prompt. Throws
 * `invalid_request`, `conflict` when `base_version` is not the current version, and
 * `limit_exceeded` when a new one would pass `max_prompts`.
 */
export async function putPrompt(ctx: Ctx, name: string, raw: PutPromptInput): Promise<Prompt> {
  authorize(ctx, "prompts:write");
  const checked = promptName.safeParse(name);
  if (!checked.success) {
    throw new AppError("invalid_request", `name: ${checked.error.issues[0]?.message ?? ""}`);
  }
  const { base_version, ...document } = parse(putPromptInput, raw);
  try {
    return await change(ctx, (tx) => writePrompt(tx, ctx, name, document, base_version ?? null));
  } catch (error) {
    throw asLimitExceeded(error) ?? error;
  }
}

/** A prompt's current version; `not_found` when the tenant has none of that name. */
export async function getPrompt(ctx: Ctx, name: string): Promise<Prompt> {
  authorize(ctx, "prompts:read");
  checkName(name);
  const found = await withTenant(ctx.tenantId, (tx) => load(tx, ctx, name));
  return toPrompt(found.prompt, found.version);
}

const listed = {
  prompt: prompts,
  title: promptVersions.title,
  description: promptVersions.description,
  arguments: promptVersions.arguments,
  messagesCount: sql<number>`json_array_length(${promptVersions.messages})`,
};

function toSummary(row: {
  prompt: PromptRow;
  title: string | null;
  description: string;
  arguments: unknown;
  messagesCount: number;
}): PromptSummary {
  const { prompt } = row;
  return {
    name: prompt.name,
    title: row.title,
    description: row.description,
    arguments: (row.arguments as PromptArgument[]).map(({ completions: _, ...rest }) => rest),
    messages_count: row.messagesCount,
    version: prompt.currentVersion,
    latest_version: prompt.latestVersion,
    tenant_id: prompt.tenantId,
    created_at: prompt.createdAt.toISOString(),
    updated_at: prompt.updatedAt.toISOString(),
  };
}

/** Prompts are large beside other rows, so a page never has more than this many. */
const largestPage = 1000;

/** The tenant's prompts in the order of their names, or those with `search` in name or title. */
export async function listPrompts(ctx: Ctx, query: PromptQuery): Promise<Page<PromptSummary>> {
  authorize(ctx, "prompts:read");
  const size = Math.min(pageSize(query), largestPage);
  const after = query.cursor ? (decodeCursor(query.cursor, 1)[0] ?? "") : "";
  const { search } = query;
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select(listed)
      .from(prompts)
      .innerJoin(
        promptVersions,
        and(versionsOfPrompt(), eq(promptVersions.version, prompts.currentVersion)),
      )
      .where(
        and(
          eq(prompts.tenantId, ctx.tenantId),
          gt(prompts.name, after),
          search
            ? sql`(position(lower(${search}) in lower(${prompts.name})) > 0
                or position(lower(${search}) in lower(${promptVersions.title})) > 0)`
            : undefined,
        ),
      )
      .orderBy(asc(prompts.name))
      .limit(size + 1),
  );
  return toPage(rows, size, (row) => [row.prompt.name], toSummary);
}

/** Removes a prompt and its versions, so that its name is free; `not_found` when there is none. */
export async function deletePrompt(ctx: Ctx, name: string): Promise<void> {
  authorize(ctx, "prompts:write");
  checkName(name);
  await change(ctx, async (tx) => {
    if (!(await lock(tx, ctx, name))) throw notFound("prompt", name);
    await refuseOffered(tx, ctx, "prompt", [name]);
    const before = await load(tx, ctx, name);
    await tx.delete(prompts).where(oneOf(ctx, name));
    await audit(tx, ctx, {
      action: "prompt.delete",
      target: { type: "prompt", id: name },
      before: toPrompt(before.prompt, before.version),
    });
  });
}
