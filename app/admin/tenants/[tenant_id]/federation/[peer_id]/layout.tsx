import type { Metadata } from "next";
import type { ReactNode } from "react";
import { LinkTabs } from "#components/shell/link-tabs.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { idOf } from "../../open-tenant.ts";
import { PeerHealth } from "../peer-health.tsx";
import { peerHref } from "../peer-href.ts";
import { openPeer, type PeerParams } from "./open-peer.ts";
import { DeletePeerButton, PullButton } from "./peer-buttons.tsx";

type PeerLayoutProps = { params: PeerParams; children: ReactNode };

export async function generateMetadata({ params }: PeerLayoutProps): Promise<Metadata> {
  const { tenant_id, peer_id } = await params;
  const { peer, tenant } = await openPeer(tenant_id, idOf(peer_id));
  const rest = `${peer.name} · ${tenant.name} · TauseStack`;
  return { title: { template: `%s · ${rest}`, default: rest } };
}

/** Nothing above it has a `loading.tsx`, which would answer 200 before it is known that there is none. */
export default async function PeerLayout({ params, children }: PeerLayoutProps) {
  const { tenant_id, peer_id } = await params;
  const { peer, held } = await openPeer(tenant_id, idOf(peer_id));
  const base = peerHref(peer);
  return (
    <>
      <SectionHeader
        title={peer.name}
        badge={<PeerHealth peer={peer} />}
        description="Another deployment. What changes there is copied here; its tools wait for approval."
        actions={
          <>
            <PullButton peer={peer} />
            <DeletePeerButton peer={peer} />
          </>
        }
      />
      <LinkTabs
        label="Peer sections"
        tabs={[
          { href: base, label: "Overview" },
          { href: `${base}/tools`, label: "Tools to approve", count: held },
          { href: `${base}/edit`, label: "Edit" },
        ]}
      />
      {children}
    </>
  );
}
