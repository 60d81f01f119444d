import { Badge } from "#components/ui/badge.tsx";
import type { Tenant } from "#lib/tenants/schema.ts";

export function StatusBadge({ status }: { status: Tenant["status"] }) {
  const active = status === "active";
  return (
    <Badge tone={active ? "success" : "warning"} dot>
      {active ? "Active" : "Suspended"}
    </Badge>
  );
}
