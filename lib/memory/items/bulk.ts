import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { parse } from "#lib/core/parse.ts";
import { lockQuota } from "#lib/tenants/lock-quota.ts";
import { requireReach } from "../access.ts";
import { quota, trimTrash } from "../room.ts";
import { metered } from "../usage.ts";
import { appending, patching, putting } from "./changes.ts";
import { commitItems } from "./commit.ts";
import { missingItem, type Place, toItem } from "./row.ts";
import {
  type BulkInput,
  bulkInput,
  type DeletedItem,
  type MemoryItem,
  type Operation,
} from "./schema.ts";
import { trashItem, type Writing, writeItem } from "./write.ts";

function placeOf({ agent_id, namespace, key }: Operation): Place {
  return { agentId: agent_id, namespace, key };
}

async function perform(writing: Writing, operation: Operation): Promise<MemoryItem | DeletedItem> {
  const place = placeOf(operation);
  const write = async (change: Parameters<typeof writeItem>[3]) =>
    toItem(await writeItem(writing, place, operation.base_version, change));
  switch (operation.op) {
    case "set":
      return write(putting(operation));
    case "patch":
      return write(patching(operation, missingItem(place)));
    case "append":
      return write(appending(operation));
    case "delete": {
      const { itemId, version } = await trashItem(writing, place, operation.base_version);
      return { status: "deleted", item_id: itemId, version };
    }
  }
}

/** Says which operation was refused, since none of them is done then. */
function at(index: number, error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const pointer = `/operations/${index}`;
  return new AppError(error.code, `${pointer}: ${error.message} None of the operations was done.`, {
    cause: error,
    extra: error.extra,
    errors: (error.errors ?? [{ pointer: "", message: error.message }]).map((each) => ({
      ...each,
      pointer: pointer + each.pointer,
    })),
  });
}

/** Performs writes in their order within a transaction that has the quota's row. */
async function performAll(
  writing: Writing,
  operations: readonly Operation[],
): Promise<(MemoryItem | DeletedItem)[]> {
  await lockQuota(writing.tx, writing.ctx.tenantId, quota);
  const results: (MemoryItem | DeletedItem)[] = [];
  for (const [index, operation] of operations.entries()) {
    results.push(
      await perform(writing, operation).catch((error: unknown) => {
        throw at(index, error);
      }),
    );
  }
  await trimTrash(writing.tx, writing.ctx);
  return results;
}

/**
 * Sets, patches, appends and deletes items in one transaction: all of it or nothing. Throws what the
 * single verbs throw, with the operation's place in `errors`.
 */
export async function bulkItems(
  ctx: Ctx,
  raw: BulkInput,
): Promise<{ results: (MemoryItem | DeletedItem)[] }> {
  authorize(ctx, "memory:write");
  const { operations } = parse(bulkInput, raw);
  for (const [index, { agent_id, namespace }] of operations.entries()) {
    await requireReach(ctx, agent_id, namespace, "write").catch((error: unknown) => {
      throw at(index, error);
    });
  }
  return metered(ctx, "memory.item.bulk", "", async () => ({
    results: await commitItems(
      ctx,
      (writing) => performAll(writing, operations),
      () => operations.map(placeOf),
    ),
  }));
}
