import { LinkTabs } from "#components/shell/link-tabs.tsx";

/** An agent's one document, and what agents keep under keys. */
export function MemoryTabs({ tenantId }: { tenantId: string }) {
  const base = `/admin/tenants/${tenantId}/memories`;
  return (
    <LinkTabs
      label="Memory sections"
      tabs={[
        { href: base, label: "Context documents" },
        { href: `${base}/items`, label: "By key" },
        { href: `${base}/rules`, label: "Sharing and retention" },
      ]}
    />
  );
}
