import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { type AcceptedOffer, acceptedOffers } from "#lib/offers/received.ts";
import { throughOffer } from "#lib/offers/settle.ts";

/** Where a received namespace is: in the offering tenant, of the one agent that it offered. */
interface PlaceThere {
  ctx: Ctx;
  agentId: string;
  namespace: string;
}

/** A namespace of another tenant's memory that this one has accepted. */
export interface ReceivedSpace {
  name: string;
  /** Reads there; throws `insufficient_scope`, and what `pass` throws. */
  read<T>(what: string, run: (there: PlaceThere) => Promise<T>): Promise<T>;
  /** The same for what changes something; throws `forbidden` where reading alone was offered. */
  write<T>(what: string, run: (there: PlaceThere) => Promise<T>): Promise<T>;
}

function use<T>(
  ctx: Ctx,
  { offerId, exposedName }: AcceptedOffer,
  what: string,
  run: (there: PlaceThere) => Promise<T>,
): Promise<T> {
  const event = { kind: "memory_op" as const, name: `${what} ${exposedName}` };
  return throughOffer(ctx, { offerId, kind: "memory" }, event, (there) =>
    run({ ctx: there.ctx, agentId: there.objectId, namespace: there.namespace }),
  );
}

/** The received namespace of that name, `<prefix>:<namespace>`; null for any other name. */
export async function findReceivedSpace(
  ctx: Ctx,
  namespace: string | undefined,
): Promise<ReceivedSpace | null> {
  // Most names have no prefix, and wait for nothing.
  if (!namespace?.includes(":")) return null;
  const accepted = await acceptedOffers(ctx.tenantId, "memory");
  const found = accepted.find(({ exposedName }) => exposedName === namespace);
  if (!found) return null;
  return {
    name: namespace,
    async read(what, run) {
      authorize(ctx, "memory:read");
      return use(ctx, found, what, run);
    },
    async write(what, run) {
      authorize(ctx, "memory:write");
      if (found.definition.access !== "write") {
        throw new AppError("forbidden", `The memory "${namespace}" was offered to be read alone.`);
      }
      return use(ctx, found, what, run);
    },
  };
}

/** Names of the received namespaces, with whether they may be written to. */
export async function receivedSpaces(ctx: Ctx): Promise<{ namespace: string; access: string }[]> {
  authorize(ctx, "memory:read");
  const accepted = await acceptedOffers(ctx.tenantId, "memory");
  return accepted.map(({ exposedName, definition }) => ({
    namespace: exposedName,
    access: String(definition.access),
  }));
}

/** An item as it is called here; which agent of the other tenant keeps it is that tenant's own. */
export function asHere<T extends { agent_id: string; namespace: string }>(
  space: ReceivedSpace,
  { agent_id: _, ...item }: T,
): JsonObject {
  return { ...item, namespace: space.name };
}
