import {
  BadgeDollarSign,
  BookOpenText,
  Brain,
  Building2,
  ClipboardCheck,
  Database,
  FileText,
  Gauge,
  Handshake,
  KeyRound,
  ListChecks,
  Lock,
  Network,
  Package,
  Plug,
  ScrollText,
  Server,
  Settings2,
  Sparkles,
  Split,
  Unplug,
  Users,
  Wallet,
  Wrench,
} from "lucide-react";
import type { NavGroup } from "#components/shell/nav.tsx";

/** The pages of one tenant, in groups; `base` is its own address. */
export function tenantSections(base: string): NavGroup[] {
  return [
    {
      label: "Tenant",
      items: [
        { href: base, label: "Overview", icon: <Gauge aria-hidden /> },
        { href: `${base}/connect`, label: "Connect", icon: <Plug aria-hidden /> },
        { href: `${base}/bundle`, label: "Import & export", icon: <Package aria-hidden /> },
        { href: `${base}/settings`, label: "Settings", icon: <Settings2 aria-hidden /> },
      ],
    },
    {
      label: "What agents use",
      items: [
        { href: `${base}/tools`, label: "Tools", icon: <Wrench aria-hidden /> },
        { href: `${base}/resources`, label: "Resources", icon: <Database aria-hidden /> },
        { href: `${base}/prompts`, label: "Prompts", icon: <FileText aria-hidden /> },
        { href: `${base}/memories`, label: "Memories", icon: <Brain aria-hidden /> },
      ],
    },
    {
      label: "Language models",
      items: [
        { href: `${base}/ai-providers`, label: "AI providers", icon: <Sparkles aria-hidden /> },
        { href: `${base}/ai-routes`, label: "AI routes", icon: <Split aria-hidden /> },
        { href: `${base}/budgets`, label: "Budgets", icon: <Wallet aria-hidden /> },
      ],
    },
    {
      label: "With others",
      items: [
        { href: `${base}/upstreams`, label: "Upstreams", icon: <Server aria-hidden /> },
        { href: `${base}/federation`, label: "Federation", icon: <Network aria-hidden /> },
        { href: `${base}/offers`, label: "Offers", icon: <Handshake aria-hidden /> },
      ],
    },
    {
      label: "What happens",
      items: [
        { href: `${base}/tasks`, label: "Tasks", icon: <ListChecks aria-hidden /> },
        { href: `${base}/approvals`, label: "Approvals", icon: <ClipboardCheck aria-hidden /> },
        { href: `${base}/audit`, label: "Audit", icon: <ScrollText aria-hidden /> },
      ],
    },
    {
      label: "Who has access",
      items: [
        { href: `${base}/secrets`, label: "Secrets", icon: <Lock aria-hidden /> },
        { href: `${base}/keys`, label: "Keys", icon: <KeyRound aria-hidden /> },
        { href: `${base}/members`, label: "Members", icon: <Users aria-hidden /> },
        { href: `${base}/apps`, label: "Apps", icon: <Unplug aria-hidden /> },
      ],
    },
  ];
}

/** The pages of the platform. */
export const platformSections: NavGroup[] = [
  {
    label: "Platform",
    items: [
      { href: "/admin/tenants", label: "Tenants", icon: <Building2 aria-hidden /> },
      { href: "/admin/keys", label: "Platform keys", icon: <KeyRound aria-hidden /> },
      { href: "/admin/prices", label: "Prices", icon: <BadgeDollarSign aria-hidden /> },
      { href: "/admin/audit", label: "Audit log", icon: <ScrollText aria-hidden /> },
      { href: "/docs", label: "API reference", icon: <BookOpenText aria-hidden /> },
    ],
  },
];
