import type { z } from "zod";
import type { Tx } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { isJsonObject } from "#lib/core/json.ts";
import { saveOneDraft } from "#lib/tools/bulk.ts";
import { mcpNameOf } from "#lib/tools/mcp-name.ts";
import { refuseReservedName } from "#lib/tools/names.ts";
import {
  documentOf,
  documentOfRow,
  type ToolDocument,
  type ToolRow,
} from "#lib/tools/revisions/document.ts";
import { readRevision } from "#lib/tools/revisions/revision-row.ts";
import { checkDefinition } from "#lib/tools/revisions/write.ts";
import { readTools } from "#lib/tools/row.ts";
import { implementationKind, registerToolInput } from "#lib/tools/schema.ts";
import { decide, fingerprintOf, isWritten, type Side } from "./compare.ts";
import { readEntries, remoteTime } from "./entries.ts";
import { pulledNote, withoutMasks } from "./masks.ts";
import { basesOf, rememberOrigins, type Settled, type Source } from "./origins.ts";
import type { PulledKind } from "./pulled-kind.ts";
import type { PageResult } from "./report.ts";
import type { ConflictPolicy } from "./schema.ts";

const entrySchema = registerToolInput.extend({ updated_at: remoteTime });

type Input = z.output<typeof registerToolInput>;

const offerToolId = /^offer_[0-9a-f]{32}$/;

interface Pulled {
  input: Input;
  note: string;
  theirs: string;
  updatedAt: Date | null;
}

/** Of a tool's definition: what a person approves. */
export function digestOf(document: ToolDocument): string {
  return fingerprintOf(documentOf(document));
}

/** What would run, or wait, under the peer's word; throws `invalid_request` or `conflict`. */
async function check(ctx: Ctx, { input }: Pulled): Promise<void> {
  const kind = implementationKind(input.config);
  if (kind === "mcp") {
    throw new AppError("conflict", "It calls an MCP server that is registered with the peer.");
  }
  // Under such an id an accepted offer has its tool here, which no peer describes anew.
  if (kind === "offer" || offerToolId.test(input.tool_id)) {
    throw new AppError(
      "conflict",
      "It stands for an offer, and those are accepted in each tenant.",
    );
  }
  refuseReservedName(mcpNameOf(input.name, input.tool_id), undefined);
  await checkDefinition(ctx, input);
}

/** The draft where there is one, else what is published. */
async function oursOf(tx: Tx, ctx: Ctx, row: ToolRow): Promise<Side> {
  if (row.draftRevision === null || row.publishedRevision === null) {
    return { fingerprint: digestOf(documentOfRow(row)), updatedAt: row.updatedAt };
  }
  const draft = await readRevision(tx, ctx, row.toolId, row.draftRevision);
  return { fingerprint: digestOf(draft.document as ToolDocument), updatedAt: draft.createdAt };
}

/** What is published, where a definition that arrives is to wait beside it. */
function acceptedOf(row: ToolRow | undefined): string | null {
  return row && row.publishedRevision !== null ? digestOf(documentOfRow(row)) : null;
}

async function write(
  tx: Tx,
  ctx: Ctx,
  source: Source,
  policy: ConflictPolicy,
  pulled: readonly Pulled[],
): Promise<PageResult> {
  const ids = pulled.map(({ input }) => input.tool_id);
  const rows = new Map((await readTools(tx, ctx, ids, true)).map((row) => [row.toolId, row]));
  const bases = await basesOf(tx, ctx, source, "tools", ids);
  const done: (Settled & { isSame: boolean })[] = [];
  const failures: PageResult["failures"] = [];
  for (const { input, note, theirs, updatedAt } of pulled) {
    const id = input.tool_id;
    const row = rows.get(id);
    const ours = row ? await oursOf(tx, ctx, row) : null;
    const base = bases.get(id) ?? null;
    const outcome = decide(policy, { base, ours, theirs: { fingerprint: theirs, updatedAt } });
    if (isWritten(outcome)) {
      const reason = await saveOneDraft(tx, ctx, input, note);
      if (reason !== null) {
        failures.push({ id, reason });
        continue;
      }
    }
    done.push({
      ...{ entryId: id, outcome, theirs, base, remoteUpdatedAt: updatedAt },
      accepted: isWritten(outcome) ? acceptedOf(row) : (base?.accepted ?? null),
      isSame: ours?.fingerprint === theirs,
    });
  }
  await rememberOrigins(tx, ctx, source, "tools", done);
  return { outcomes: done.map(({ entryId, outcome }) => ({ id: entryId, outcome })), failures };
}

export const toolPulls: PulledKind = {
  permission: "tools:write",
  door: "/federation/tools",
  key: "tools",
  list: "/tools",
  entriesOf: (document) => (Array.isArray(document) ? document : null),
  async prepare(ctx, source, policy, entries) {
    const sent = entries.map(withoutMasks);
    const shown = sent.map(({ entry }) => entry);
    const { read, failures } = readEntries(shown, entrySchema, "tool_id");
    const omitted = new Map(
      sent.map(({ entry, omitted }) => [isJsonObject(entry) ? entry.tool_id : null, omitted]),
    );
    const pulled: Pulled[] = [];
    for (const { updated_at, ...input } of read) {
      const note = pulledNote(source.url, omitted.get(input.tool_id) ?? []);
      const theirs = digestOf(documentOf(input));
      const one = { input, note, theirs, updatedAt: updated_at };
      try {
        await check(ctx, one);
        pulled.push(one);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        failures.push({ id: input.tool_id, reason: error.message });
      }
    }
    return async (tx) => {
      const result = await write(tx, ctx, source, policy, pulled);
      return { ...result, failures: [...failures, ...result.failures] };
    };
  },
};
