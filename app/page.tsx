import { redirect } from "next/navigation";
import { homes, personCtx } from "#lib/auth/session.ts";

/** Leads everybody to the pages that are theirs. */
export default async function Home(): Promise<never> {
  const { principal } = await personCtx();
  redirect(principal.type === "operator" ? homes.operator : homes.member);
}
