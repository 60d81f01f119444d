import { Brain, Database, MessageSquareText, Wrench, Zap } from "lucide-react";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { StatCard, StatGrid } from "#components/shell/stat-card.tsx";
import { formatValue } from "#components/ui/format.ts";
import type { Tenant } from "#lib/tenants/schema.ts";
import type { QuotaUse } from "#lib/tenants/service.ts";

type QuotaCardsProps = { tenant: Tenant; quotas: QuotaUse };

/** What the tenant has of what it may have. */
export function QuotaCards({ tenant, quotas }: QuotaCardsProps) {
  const base = `/admin/tenants/${tenant.tenant_id}`;
  const cards = [
    {
      label: "Tools",
      quota: quotas.max_tools,
      href: `${base}/tools`,
      icon: <Wrench aria-hidden />,
    },
    {
      label: "Dynamic tools",
      quota: quotas.max_dynamic_tools,
      href: `${base}/tools`,
      icon: <Zap aria-hidden />,
    },
    {
      label: "Resources",
      quota: quotas.max_resources,
      href: `${base}/resources`,
      icon: <Database aria-hidden />,
    },
    {
      label: "Prompts",
      quota: quotas.max_prompts,
      href: `${base}/prompts`,
      icon: <MessageSquareText aria-hidden />,
    },
    {
      label: "Memories",
      quota: quotas.max_memory_entries,
      href: `${base}/memories`,
      icon: <Brain aria-hidden />,
    },
  ];
  return (
    <section className="flex flex-col gap-4">
      <SectionHeader title="Limits" description="What the tenant has of what it may have." />
      <StatGrid>
        {cards.map(({ quota: { used, maximum }, ...card }) => (
          <StatCard
            key={card.label}
            {...card}
            value={formatValue(used, "count")}
            {...(maximum === null ? { detail: "No limit" } : { limit: { used, max: maximum } })}
          />
        ))}
      </StatGrid>
    </section>
  );
}
