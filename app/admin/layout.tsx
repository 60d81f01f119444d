import { BookOpen, Building2, KeyRound, ScrollText } from "lucide-react";
import type { Metadata } from "next";
import type { ReactNode } from "react";
import { AccountMenu } from "#components/account/account-menu.tsx";
import { ConsoleShell } from "#components/shell/console-shell.tsx";
import { operatorCtx } from "#lib/auth/session.ts";
import { env } from "#lib/core/env.ts";
import { version } from "#lib/core/version.ts";

export const metadata: Metadata = {
  title: { template: "%s · TauseStack console", default: "TauseStack console" },
};

const nav = [
  { items: [{ href: "/admin/tenants", label: "Tenants", icon: <Building2 aria-hidden /> }] },
  {
    label: "Platform",
    items: [
      { href: "/admin/keys", label: "Platform keys", icon: <KeyRound aria-hidden /> },
      { href: "/admin/audit", label: "Audit log", icon: <ScrollText aria-hidden /> },
      { href: "/docs", label: "API reference", icon: <BookOpen aria-hidden /> },
    ],
  },
];

const labels = {
  account: "Account",
  apps: "Connected apps",
  audit: "Audit log",
  configure: "New tenant",
  connect: "Connect",
  dynamic: "New dynamic tool",
  edit: "Edit",
  keys: "API keys",
  members: "Members",
  memories: "Memories",
  items: "By key",
  new: "New",
  prompts: "Prompts",
  register: "Register",
  resources: "Resources",
  revisions: "Revisions",
  secrets: "Secrets",
  access: "Access",
  approvals: "Approvals",
  settings: "Settings",
  tasks: "Tasks",
  tenants: "Tenants",
  test: "Test",
  upstreams: "Upstreams",
  tools: "Tools",
  versions: "Versions",
};

export default async function AdminLayout({ children }: { children: ReactNode }) {
  const { email } = await operatorCtx();
  const mode = env().TAUSESTACK_MULTI_TENANT_MODE ? "multi-tenant" : "single-tenant";
  return (
    <ConsoleShell
      root="/admin"
      nav={nav}
      labels={labels}
      user={<AccountMenu email={email} title="Operator" href="/admin/account" />}
      footer={`TauseStack ${version} · ${mode}`}
    >
      {children}
    </ConsoleShell>
  );
}
