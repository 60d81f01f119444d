import type { Metadata } from "next";
import type { ReactNode } from "react";
import { AccountMenu } from "#components/account/account-menu.tsx";
import { operatorCtx } from "#lib/auth/session.ts";
import { env } from "#lib/core/env.ts";
import { version } from "#lib/core/version.ts";
import { AdminShell } from "./admin-shell.tsx";

export const metadata: Metadata = {
  title: { template: "%s · TauseStack console", default: "TauseStack console" },
};

const labels = {
  account: "Account",
  apps: "Connected apps",
  audit: "Audit log",
  budgets: "Budgets",
  bundle: "Import & export",
  configure: "New tenant",
  connect: "Connect",
  deployments: "Deployments",
  dynamic: "New dynamic tool",
  edit: "Edit",
  files: "Files",
  import: "Import from OpenAPI",
  keys: "API keys",
  members: "Members",
  memories: "Memories",
  items: "By key",
  new: "New",
  offers: "Offers",
  received: "Received",
  prices: "Prices",
  prompts: "Prompts",
  query: "Query",
  register: "Register",
  request: "Request",
  resources: "Resources",
  revisions: "Revisions",
  secrets: "Secrets",
  access: "Access",
  approvals: "Approvals",
  settings: "Settings",
  tasks: "Tasks",
  tenants: "Tenants",
  test: "Test",
  "ai-providers": "AI providers",
  "ai-routes": "AI routes",
  upstreams: "Upstreams",
  federation: "Federation",
  rules: "Sharing and retention",
  tools: "Tools",
  versions: "Versions",
};

export default async function AdminLayout({ children }: { children: ReactNode }) {
  const { email } = await operatorCtx();
  const mode = env().TAUSESTACK_MULTI_TENANT_MODE ? "multi-tenant" : "single-tenant";
  return (
    <AdminShell
      labels={labels}
      user={<AccountMenu email={email} title="Operator" href="/admin/account" />}
      footer={`TauseStack ${version} · ${mode}`}
    >
      {children}
    </AdminShell>
  );
}
