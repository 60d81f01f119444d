import { Building2, KeyRound } from "lucide-react";
import type { ReactNode } from "react";
import { AccountMenu } from "#components/account/account-menu.tsx";
import { ConsoleShell } from "#components/shell/console-shell.tsx";
import type { NavGroup } from "#components/shell/nav.tsx";

/** What everybody in the portal has, whichever tenant they are in. */
const own: NavGroup = {
  label: "You",
  items: [
    { href: "/portal", label: "Your tenants", icon: <Building2 aria-hidden /> },
    { href: "/account", label: "Account", icon: <KeyRound aria-hidden /> },
  ],
};

const labels = {
  account: "Account",
  apps: "Connected apps",
  bundle: "Import & export",
  connect: "Connect",
  "linked-accounts": "Linked accounts",
  members: "Members",
  offers: "Offers",
  received: "Received",
};

type PortalShellProps = {
  /** Where the logo leads, and what breadcrumbs leave out. */
  root: string;
  email: string;
  /** Under the address in the menu: "Developer of Acme". */
  title: string;
  /** Parts of the tenant that the person is in. */
  nav?: NavGroup;
  children: ReactNode;
};

export function PortalShell({ root, email, title, nav, children }: PortalShellProps) {
  return (
    <ConsoleShell
      root={root}
      nav={nav ? [nav, own] : [own]}
      labels={labels}
      user={<AccountMenu email={email} title={title} href="/account" />}
    >
      {children}
    </ConsoleShell>
  );
}
