import type { Metadata } from "next";
import { idOf } from "../../../open-tenant.ts";
import { PeerForm } from "../../peer-form.tsx";
import { openPeer, type PeerParams } from "../open-peer.ts";

export const metadata: Metadata = { title: "Edit" };

export default async function EditPeerPage({ params }: { params: PeerParams }) {
  const { tenant_id, peer_id } = await params;
  const { peer } = await openPeer(tenant_id, idOf(peer_id));
  return <PeerForm tenantId={tenant_id} peer={peer} />;
}
