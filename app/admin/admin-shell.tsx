"use client";

import { usePathname } from "next/navigation";
import type { ComponentProps } from "react";
import { ConsoleShell } from "#components/shell/console-shell.tsx";
import { platformSections, tenantSections } from "./tenant-sections.tsx";

type AdminShellProps = Omit<ComponentProps<typeof ConsoleShell>, "root" | "nav" | "sections">;

/** The tenant that an address is about; `configure` makes one. */
function tenantOf(pathname: string): string | null {
  const [, found] = /^\/admin\/tenants\/([^/]+)/.exec(pathname) ?? [];
  return found === undefined || found === "configure" ? null : found;
}

/** The operator's shell: within a tenant its pages stand in the sidebar too. */
export function AdminShell(props: AdminShellProps) {
  const tenant = tenantOf(usePathname());
  const sections =
    tenant === null
      ? {}
      : {
          sections: {
            label: "Tenant sections",
            groups: tenantSections(`/admin/tenants/${tenant}`),
          },
        };
  return <ConsoleShell root="/admin" nav={platformSections} {...sections} {...props} />;
}
