"use client";

import { Pause, Play, Plug, Settings } from "lucide-react";
import Link from "next/link";
import { toast } from "sonner";
import { RowActions } from "#components/data-table/row-actions.tsx";
import { DropdownMenuItem, DropdownMenuSeparator } from "#components/ui/dropdown-menu.tsx";
import { messageOf } from "#lib/client/api-error.ts";
import { setTenantStatus } from "#lib/client/tenants.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { Tenant } from "#lib/tenants/schema.ts";

type TenantActionsProps = { tenant: Pick<Tenant, "tenant_id" | "name" | "status"> };

export function TenantActions({ tenant }: TenantActionsProps) {
  const { tenant_id, name, status } = tenant;
  const active = status === "active";
  const change = useChange(() => setTenantStatus(tenant_id, active ? "suspended" : "active"));
  const toggle = () =>
    change.mutate(undefined, {
      onSuccess: () => toast.success(active ? `${name} is suspended` : `${name} is active again`),
      onError: (error) => toast.error(messageOf(error)),
    });
  return (
    <RowActions of={name}>
      <DropdownMenuItem asChild>
        <Link href={`/admin/tenants/${tenant_id}/settings`}>
          <Settings aria-hidden /> Settings
        </Link>
      </DropdownMenuItem>
      <DropdownMenuItem asChild>
        <Link href={`/admin/tenants/${tenant_id}/connect`}>
          <Plug aria-hidden /> Connect
        </Link>
      </DropdownMenuItem>
      <DropdownMenuSeparator />
      <DropdownMenuItem onSelect={toggle} disabled={change.isPending}>
        {active ? <Pause aria-hidden /> : <Play aria-hidden />}
        {active ? "Suspend" : "Resume"}
      </DropdownMenuItem>
    </RowActions>
  );
}
