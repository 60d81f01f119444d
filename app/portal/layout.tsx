import type { Metadata } from "next";
import type { ReactNode } from "react";
import { memberCtx } from "#lib/auth/session.ts";

export const metadata: Metadata = {
  title: { template: "%s · TauseStack", default: "Portal · TauseStack" },
};

/** Lets members in; the shell differs between a tenant's pages and the choice of one. */
export default async function PortalLayout({ children }: { children: ReactNode }) {
  await memberCtx();
  return children;
}
