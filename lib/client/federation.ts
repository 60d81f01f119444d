import {
  deletedPeer,
  type FederationPeer,
  type PatchPeerInput,
  type PeerRun,
  peer,
  peerRun,
  type RegisterPeerInput,
} from "#lib/federation/pulls/schema.ts";
import { type Tool, tool } from "#lib/tools/schema.ts";
import { callApi, pathOf } from "./api.ts";
import { isThere } from "./is-there.ts";

export function registerPeer(tenantId: string, body: RegisterPeerInput): Promise<FederationPeer> {
  return callApi({ method: "POST", path: "/federation/peers", tenantId, body, response: peer });
}

export function patchPeer(
  tenantId: string,
  peerId: string,
  body: PatchPeerInput,
): Promise<FederationPeer> {
  const path = pathOf("federation", "peers", peerId);
  return callApi({ method: "PATCH", path, tenantId, body, response: peer });
}

export function peerExists(tenantId: string, peerId: string): Promise<boolean> {
  const path = pathOf("federation", "peers", peerId);
  return isThere(callApi({ path, tenantId, response: peer }));
}

export async function deletePeer(tenantId: string, peerId: string): Promise<void> {
  const path = pathOf("federation", "peers", peerId);
  await callApi({ method: "DELETE", path, tenantId, response: deletedPeer });
}

/** Pulls now; the answer comes when the pull has ended. */
export function pullPeer(tenantId: string, peerId: string): Promise<PeerRun> {
  const path = pathOf("federation", "peers", peerId, "pull");
  return callApi({ method: "POST", path, tenantId, response: peerRun });
}

/** Publishes what waits of a pulled tool, by the digest of what was looked at. */
export function approvePulledTool(
  tenantId: string,
  peerId: string,
  { tool_id, digest }: { tool_id: string; digest: string },
): Promise<Tool> {
  const path = pathOf("federation", "peers", peerId, "tools", tool_id, "approve");
  return callApi({ method: "POST", path, tenantId, body: { digest }, response: tool });
}
