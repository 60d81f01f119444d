import { AppError } from "#lib/core/errors.ts";
import { isJsonObject } from "#lib/core/json.ts";
import { fetchList, fetchPage, type Peer, peerFailed } from "../peer.ts";
import type { PulledKind } from "./pulled-kind.ts";

/** One answer of a peer's door. */
interface DoorPage {
  entries: unknown[];
  cursor: string;
  more: boolean;
}

const entriesPerPage = 200;
/** What an answer may have all the same; more would be one huge transaction. */
const mostPerPage = 1_000;
const limits = { bytes: 32 * 1024 * 1024, timeMs: 30_000 };

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof AppError && error.extra.peer_status === status;
}

/** What PostgreSQL keeps as it came. */
function isCursor(value: unknown): value is string {
  return (
    typeof value === "string" &&
    value.length <= 2_000 &&
    value.isWellFormed() &&
    !value.includes("\0")
  );
}

function readPage(peer: Peer, { key, door }: PulledKind, document: unknown): DoorPage {
  const wrong = () => peerFailed(peer.address, `answered ${door} in another shape`);
  if (!isJsonObject(document)) throw wrong();
  const { [key]: entries, cursor, more } = document;
  if (!Array.isArray(entries) || !isCursor(cursor) || typeof more !== "boolean") throw wrong();
  if (entries.length > mostPerPage) {
    throw peerFailed(peer.address, `sent ${entries.length} entries where few were asked for`);
  }
  return { entries, cursor, more };
}

/**
 * What was written at the peer since `cursor`, or the next part of it. Null: the peer has no such
 * door, being older or another product. Throws `upstream_failed` and `peer_not_allowed`.
 */
export async function fetchChanges(
  peer: Peer,
  kind: PulledKind,
  cursor: string | null,
): Promise<DoorPage | null> {
  const query = new URLSearchParams({ limit: String(entriesPerPage) });
  if (cursor !== null) query.set("since", cursor);
  const url = `${peer.address}${kind.door}?${query}`;
  try {
    return readPage(peer, kind, (await fetchPage(peer, url, limits)).document);
  } catch (error) {
    if (hasStatus(error, 404)) return null;
    // A cursor that the peer no longer understands must not stop the pulls for good.
    if (cursor !== null && hasStatus(error, 400)) return fetchChanges(peer, kind, null);
    throw error;
  }
}

/** The whole list of a peer without a door, in parts. */
export async function fetchEverything(peer: Peer, kind: PulledKind): Promise<unknown[][]> {
  const all = await fetchList(peer, kind.list, kind.entriesOf);
  const parts: unknown[][] = [];
  for (let at = 0; at < all.length; at += entriesPerPage) {
    parts.push(all.slice(at, at + entriesPerPage));
  }
  return parts;
}
