import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { parse } from "#lib/core/parse.ts";
import { lockQuota } from "#lib/tenants/lock-quota.ts";
import { requireReach } from "../access.ts";
import { quota, trimTrash } from "../room.ts";
import { agentId as agentIdSchema } from "../schema.ts";
import { metered } from "../usage.ts";
import { appending, patching, putting } from "./changes.ts";
import { commitItems } from "./commit.ts";
import { checkPlace, missingItem, type Place, type ShownRow, toItem } from "./row.ts";
import {
  type AppendItemInput,
  appendItemInput,
  type DeletedItem,
  itemKey,
  type MemoryItem,
  namespace as namespaceSchema,
  type PatchItemInput,
  type PutItemInput,
  patchItemInput,
  putItemInput,
} from "./schema.ts";
import { type Change, trashItem, type Writing, writeItem } from "./write.ts";

function commitItem(
  ctx: Ctx,
  place: Place,
  write: (writing: Writing) => Promise<ShownRow>,
): Promise<ShownRow> {
  return commitItems(ctx, write, () => [place]);
}

/** Commits an item's next version and writes it to the ledger under `name`. */
function written(
  ctx: Ctx,
  name: string,
  place: Place,
  base: number | null | undefined,
  change: Change,
): Promise<MemoryItem> {
  return metered(ctx, name, place.agentId, async () =>
    toItem(await commitItem(ctx, place, (writing) => writeItem(writing, place, base, change))),
  );
}

/** Refuses a place that an item cannot have, saying what of it is wrong. */
function checkNewPlace({ agentId, namespace, key }: Place): void {
  const parts = { agent_id: agentIdSchema, namespace: namespaceSchema, key: itemKey };
  const given = { agent_id: agentId, namespace, key };
  for (const name of ["agent_id", "namespace", "key"] as const) {
    const { error } = parts[name].safeParse(given[name]);
    const message = error?.issues[0]?.message;
    if (message !== undefined) {
      throw new AppError("invalid_request", `${name}: ${message}`, {
        errors: [{ pointer: `/${name}`, message }],
      });
    }
  }
}

/**
 * Writes an item's next version, or creates it; what is not given stays as it is. Throws
 * `invalid_request`, `forbidden` for another agent's, `conflict` when `base_version` is not its
 * version, and `limit_exceeded` where no room can be made for a new one.
 */
export async function putItem(ctx: Ctx, place: Place, raw: PutItemInput): Promise<MemoryItem> {
  authorize(ctx, "memory:write");
  checkNewPlace(place);
  const input = parse(putItemInput, raw);
  await requireReach(ctx, place.agentId, place.namespace, "write");
  return written(ctx, "memory.item.set", place, input.base_version, putting(input));
}

/** Applies a JSON Merge Patch (RFC 7396) to an item. Throws as `putItem`, and `not_found`. */
export async function patchItem(ctx: Ctx, place: Place, raw: PatchItemInput): Promise<MemoryItem> {
  authorize(ctx, "memory:write");
  checkPlace(place);
  const input = parse(patchItemInput, raw);
  await requireReach(ctx, place.agentId, place.namespace, "write");
  return written(
    ctx,
    "memory.item.patch",
    place,
    input.base_version,
    patching(input, missingItem(place)),
  );
}

/** Appends to an item that is a list, or begins one. Throws as `putItem`; `conflict` for no list. */
export async function appendItem(
  ctx: Ctx,
  place: Place,
  raw: AppendItemInput,
): Promise<MemoryItem> {
  authorize(ctx, "memory:write");
  checkNewPlace(place);
  const input = parse(appendItemInput, raw);
  await requireReach(ctx, place.agentId, place.namespace, "write");
  return written(ctx, "memory.item.append", place, input.base_version, appending(input));
}

/**
 * Puts an item into the trash, from which it can be brought back for the tenant's
 * `memory_trash_days`. Throws `not_found`, `forbidden`, and `conflict` for another base version.
 */
export async function deleteItem(
  ctx: Ctx,
  place: Place,
  base?: number | undefined,
): Promise<DeletedItem> {
  authorize(ctx, "memory:write");
  checkPlace(place);
  await requireReach(ctx, place.agentId, place.namespace, "write");
  const row = await metered(ctx, "memory.item.delete", place.agentId, () =>
    commitItem(ctx, place, async (writing) => {
      await lockQuota(writing.tx, ctx.tenantId, quota);
      const gone = await trashItem(writing, place, base);
      await trimTrash(writing.tx, ctx);
      return gone;
    }),
  );
  return { status: "deleted", item_id: row.itemId, version: row.version };
}
