import { withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { parseJson } from "#lib/core/json.ts";
import { parse } from "#lib/core/parse.ts";
import { limitExceeded, quotaMaxima } from "#lib/tenants/limits.ts";
import { lockQuota } from "#lib/tenants/lock-quota.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import { allNamespaces, reaches, reachOf } from "../access.ts";
import { putting } from "../items/changes.ts";
import { commitItems } from "../items/commit.ts";
import { checkContent, type Place } from "../items/row.ts";
import { lockLive, type Writing, writeItem } from "../items/write.ts";
import { makeRoom, quota } from "../room.ts";
import { getMemory, registerMemory } from "../service.ts";
import { metered } from "../usage.ts";
import {
  type ImportLine,
  type ImportQuery,
  type ImportReport,
  importLine,
  importQuery,
} from "./schema.ts";

const mostLines = 10_000;
const mostErrors = 100;
const atOnce = 100;

interface Numbered<T> {
  line: number;
  value: T;
}

type Item = Extract<ImportLine, { type: "item" }>;
type Context = Extract<ImportLine, { type: "context" }>;

function placeOf({ agent_id, namespace, key }: Item): Place {
  return { agentId: agent_id, namespace, key };
}

/** An import under way: what came of its lines so far. */
class Import {
  readonly report: ImportReport = { imported: 0, kept: 0, failed: 0, errors: [] };
  readonly #ctx: Ctx;
  readonly #keeps: boolean;

  constructor(ctx: Ctx, keeps: boolean) {
    this.#ctx = ctx;
    this.#keeps = keeps;
  }

  fail(line: number, error: unknown): void {
    if (!(error instanceof AppError)) throw error;
    this.report.failed += 1;
    if (this.report.errors.length < mostErrors) {
      this.report.errors.push({ line, message: error.message });
    }
  }

  async context({ line, value }: Numbered<Context>): Promise<void> {
    try {
      if (this.#keeps && (await this.#hasContext(value.agent_id))) this.report.kept += 1;
      else {
        await registerMemory(this.#ctx, value);
        this.report.imported += 1;
      }
    } catch (error) {
      this.fail(line, error);
    }
  }

  async #hasContext(agentId: string): Promise<boolean> {
    return getMemory(this.#ctx, agentId).then(
      () => true,
      (error: unknown) => {
        if (error instanceof AppError && error.code === "not_found") return false;
        throw error;
      },
    );
  }

  /** In one transaction; what the tenant's limit has no room for is told of line by line. */
  async items(some: readonly Numbered<Item>[]): Promise<void> {
    const refused: number[] = [];
    const write = async (writing: Writing): Promise<Place[]> => {
      const room = await roomIn(writing);
      const written: Place[] = [];
      for (const { line, value } of some) {
        const place = placeOf(value);
        const isThere = (await lockLive(writing, place)) !== undefined;
        if (isThere && this.#keeps) continue;
        if (!isThere && !(await room.take())) refused.push(line);
        else {
          await writeItem(writing, place, null, putting(value));
          written.push(place);
        }
      }
      return written;
    };
    try {
      const written = await commitItems(this.#ctx, write, (places) => places);
      this.report.imported += written.length;
      this.report.kept += some.length - written.length - refused.length;
      if (refused.length > 0) {
        const snapshot = await findSnapshot(this.#ctx.tenantId);
        const most = snapshot ? quotaMaxima(snapshot.tenant)[quota] : null;
        for (const line of refused) this.fail(line, limitExceeded(quota, most ?? 0));
      }
    } catch (error) {
      for (const { line } of some) this.fail(line, error);
    }
  }
}

/** The room for new entries, whose quota stays locked; `take` makes some as the policy says it. */
async function roomIn({ tx, ctx, settings, written }: Writing) {
  let left = await lockQuota(tx, ctx.tenantId, quota);
  let isFull = false;
  return {
    async take(): Promise<boolean> {
      if (left === null) return true;
      if (left <= 0 && !isFull) {
        await makeRoom(tx, ctx, settings.policy, 1, [...written]);
        left = (await lockQuota(tx, ctx.tenantId, quota)) ?? 1;
        // Nothing was found that could go, and nothing comes to it within this transaction.
        isFull = left <= 0;
      }
      if (left <= 0) return false;
      left -= 1;
      return true;
    },
  };
}

/**
 * Reads JSON Lines as `exportMemory` gives them, at most 10,000, and writes each that fits: items in
 * transactions of 100. A line that does not fit is told of and hinders no other. Throws
 * `invalid_request` for too many lines.
 */
export async function importMemory(
  ctx: Ctx,
  text: string,
  raw: ImportQuery,
): Promise<ImportReport> {
  authorize(ctx, "memory:write");
  const { existing } = parse(importQuery, raw);
  const lines = text
    .split(/\r?\n/)
    .flatMap((json, at) => (json.trim() ? [{ json, line: at + 1 }] : []));
  if (lines.length > mostLines) {
    throw new AppError(
      "invalid_request",
      `An import can have ${mostLines} lines, and this has ${lines.length}. Send it in parts.`,
    );
  }
  const reach = await reachOf(ctx);
  return metered(ctx, "memory.import", "", async () => {
    const run = new Import(ctx, existing === "keep");
    const items: Numbered<Item>[] = [];
    for (const { json, line } of lines) {
      try {
        const value = parse(importLine, parseJson(json));
        const space = value.type === "item" ? value.namespace : allNamespaces;
        if (!reaches(reach, value.agent_id, space, "write")) {
          throw new AppError("forbidden", `The memory of "${value.agent_id}" needs a grant.`);
        }
        if (value.type === "context") await run.context({ line, value });
        else {
          checkContent(value.content);
          items.push({ line, value });
        }
      } catch (error) {
        run.fail(line, error);
      }
    }
    for (let at = 0; at < items.length; at += atOnce) await run.items(items.slice(at, at + atOnce));
    const { errors: _, ...counts } = run.report;
    await withTenant(ctx.tenantId, (tx) =>
      audit(tx, ctx, {
        action: "memory.import",
        target: { type: "memory", id: "*" },
        after: counts,
      }),
    );
    return run.report;
  });
}
