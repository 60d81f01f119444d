import type { DemoTenant } from "./demo-tenant.ts";
import { basico } from "./tenants/basico.ts";
import { enterprise } from "./tenants/enterprise.ts";
import { premium } from "./tenants/premium.ts";

/** The demo: 3 tenants with 5 memories, 6 dynamic tools, 2 tools of their developers and 8 resources. */
export const demoTenants: readonly DemoTenant[] = [premium, basico, enterprise];
