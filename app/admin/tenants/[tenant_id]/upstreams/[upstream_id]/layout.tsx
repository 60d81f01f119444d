import type { Metadata } from "next";
import type { ReactNode } from "react";
import { LinkTabs } from "#components/shell/link-tabs.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { ConnectionButtons } from "#components/upstreams/connection-buttons.tsx";
import { idOf } from "../../open-tenant.ts";
import { DeleteUpstreamButton } from "../delete-upstream.tsx";
import { UpstreamHealth } from "../upstream-health.tsx";
import { upstreamHref } from "../upstream-href.ts";
import { openUpstream, type UpstreamParams } from "./open-upstream.ts";
import { CheckUpstreamButton } from "./upstream-buttons.tsx";

type UpstreamLayoutProps = { params: UpstreamParams; children: ReactNode };

export async function generateMetadata({ params }: UpstreamLayoutProps): Promise<Metadata> {
  const { tenant_id, upstream_id } = await params;
  const { upstream, tenant } = await openUpstream(tenant_id, idOf(upstream_id));
  const rest = `${upstream.name} · ${tenant.name} · TauseStack`;
  return { title: { template: `%s · ${rest}`, default: rest } };
}

/** Nothing above it has a `loading.tsx`, which would answer 200 before it is known that there is none. */
export default async function UpstreamLayout({ params, children }: UpstreamLayoutProps) {
  const { tenant_id, upstream_id } = await params;
  const { upstream, counts } = await openUpstream(tenant_id, idOf(upstream_id));
  const base = upstreamHref(upstream);
  return (
    <>
      <SectionHeader
        title={upstream.name}
        badge={<UpstreamHealth upstream={upstream} />}
        description="An MCP server elsewhere. Its tools are served once they are accepted."
        actions={
          <>
            <ConnectionButtons upstream={upstream} />
            <CheckUpstreamButton upstream={upstream} />
            <DeleteUpstreamButton upstream={upstream} />
          </>
        }
      />
      <LinkTabs
        label="Upstream sections"
        tabs={[
          { href: base, label: "Overview" },
          { href: `${base}/tools`, label: "Tools", count: counts.new + counts.changed },
          { href: `${base}/edit`, label: "Edit" },
        ]}
      />
      {children}
    </>
  );
}
