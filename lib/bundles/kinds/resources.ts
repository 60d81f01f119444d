import type { z } from "zod";
import type { Ctx } from "#lib/core/ctx.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { parse } from "#lib/core/parse.ts";
import { maskUrlPassword } from "#lib/core/secrets.ts";
import {
  accessOfCaller,
  governs,
  isVisible,
  refusalToChange,
} from "#lib/resources/access/access.ts";
import { resourceNotices } from "#lib/resources/change.ts";
import { type ResourceRow, readResources, resourceIds, toResource } from "#lib/resources/row.ts";
import { type Resource, registerResourceInput } from "#lib/resources/schema.ts";
import { writeResource } from "#lib/resources/service.ts";
import { addressMistake, type StoredAddress, wholeAddress } from "#lib/resources/uri.ts";
import { usageOf } from "#lib/resources/usage.ts";
import { recordUsage } from "#lib/usage/ledger.ts";
import { fillHidden, hiddenIn, hideSecrets } from "../hide.ts";
import { mistakes } from "../mistakes.ts";
import type { Definition, KindAdapter, Present } from "./kind.ts";

type Input = z.output<typeof registerResourceInput>;

const strictInput = registerResourceInput.strict();

function toDefinition(input: Omit<Input, "content"> | Resource): Definition {
  const { resource_id, name, title, type, uri, source, mime_type, description } = input;
  const { icons, annotations, metadata, access_permissions } = input;
  return {
    ...{ resource_id, name, title, type, uri, source, mime_type, description },
    ...{ icons, annotations, metadata, access_permissions },
  };
}

const toInput = (definition: Definition) => definition as unknown as Input;

/** The address as a read gives it, where the whole of it is what the tenant has. */
function shownAs(ctx: Ctx, address: unknown, stored: StoredAddress | null): unknown {
  if (stored === null || stored.sealed === null) return address;
  return address === wholeAddress(ctx.tenantId, stored) ? stored.shown : address;
}

function addressErrors(incoming: Definition, kept: Definition | undefined) {
  return (["uri", "source"] as const).flatMap((key) => {
    const address = incoming[key];
    const isNew = typeof address === "string" && address !== kept?.[key];
    const message = isNew ? addressMistake(address) : null;
    return message === null ? [] : [{ pointer: `/${key}`, message }];
  });
}

function remarkOn({ row, kept }: ResourceRow): string | null {
  const isSealed = row.uriSealed !== null || row.sourceSealed !== null;
  const isHidden = hiddenIn(hideSecrets(row.metadata), "").length > 0;
  const parts = [
    ...(isSealed ? ["The password in its address is masked. Write it to have it imported."] : []),
    ...(isHidden ? ["Values of its metadata that may be secrets are masked."] : []),
    ...(kept === null ? [] : ["The content that is kept with it is left out."]),
  ];
  return parts.length === 0 ? null : parts.join(" ");
}

interface PresentResource extends Present {
  uri: StoredAddress;
  source: StoredAddress | null;
  /** The type of the content that is kept, which stays unless another is said. */
  keptType: string | null;
}

function toPresent(found: ResourceRow): PresentResource {
  const { row, kept } = found;
  const definition = toDefinition(toResource(found));
  const uri = { shown: row.uri, sealed: row.uriSealed };
  const source = row.source === null ? null : { shown: row.source, sealed: row.sourceSealed };
  return {
    ...{ id: row.resourceId, definition, omitted: null, differs: null },
    remark: remarkOn(found),
    stamp: JSON.stringify([row.createdAt, row.updatedAt, kept?.updatedAt, kept?.mimeType]),
    ...{ uri, source, keptType: kept?.mimeType ?? null },
  };
}

function parseResource(
  ctx: Ctx,
  item: JsonObject,
  present: PresentResource | undefined,
): Definition {
  if (Object.hasOwn(item, "content")) {
    const message = "is no part of a bundle. Write the content with PUT /resources/{id}/content";
    throw mistakes([{ pointer: "/content", message }]);
  }
  const given = toDefinition(parse(strictInput, item));
  const kept = present?.definition;
  const definition = {
    ...given,
    uri: shownAs(ctx, given.uri, present?.uri ?? null),
    source: shownAs(ctx, given.source, present?.source ?? null),
    mime_type: given.mime_type ?? present?.keptType ?? null,
  };
  const known = { kept: kept?.metadata, hidden: hideSecrets(kept?.metadata) };
  const { value, errors } = fillHidden(given.metadata, known, "/metadata");
  const all = [...addressErrors(definition, kept), ...errors];
  if (all.length > 0) throw mistakes(all);
  return { ...definition, metadata: value };
}

/** What the tenant has shows no password in its addresses; what comes in may. */
function hideResource(definition: Definition): Definition {
  const { uri, source, metadata } = toInput(definition);
  return {
    ...{ ...definition, uri: maskUrlPassword(uri), metadata: hideSecrets(metadata) },
    source: source === null ? null : maskUrlPassword(source),
  };
}

/** To replace a resource that is granted takes `admin`; one that is not there is in nobody's way. */
async function refuseGranted(ctx: Ctx, definition: Definition): Promise<void> {
  const refusal = await refusalToChange(ctx, toInput(definition).resource_id, "admin");
  if (refusal) throw mistakes([{ pointer: "/resource_id", message: refusal.message }]);
}

const least = { resource_id: "x", name: "x", type: "x", uri: "x" };

export const resources: KindAdapter = {
  ...{ read: "resources:read", write: "resources:write", idKey: "resource_id" },
  defaults: toDefinition(registerResourceInput.parse(least)),
  ids: resourceIds,
  async hiddenFrom(ctx) {
    const accessOf = governs(ctx) ? null : await accessOfCaller(ctx);
    return accessOf && ((id) => !isVisible(accessOf({ resource_id: id, access_permissions: [] })));
  },
  load: async (tx, ctx, ids, lock) => (await readResources(tx, ctx, ids, lock)).map(toPresent),
  hide: hideResource,
  secrets: () => [],
  parse: parseResource,
  check: refuseGranted,
  conflicts: () => Promise.resolve(new Map()),
  takes: (writes) => ({ max_resources: writes.filter(({ isNew }) => isNew).length }),
  async save(tx, ctx, writes) {
    const startedAt = performance.now();
    const touched = new Set<string>();
    for (const { definition, isNew } of writes) {
      await writeResource(tx, ctx, toInput(definition), touched, { isNew });
    }
    return {
      notices: resourceNotices(ctx, touched),
      async after() {
        await Promise.all(writes.map(() => recordUsage(ctx, usageOf("register", startedAt))));
      },
    };
  },
};
