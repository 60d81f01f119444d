import { redirect } from "next/navigation";
import { itemsHref } from "../item-href.ts";

type AgentParams = Promise<{ tenant_id: string; agent_id: string }>;

/** The list of one agent, where the breadcrumbs of its memories lead. */
export default async function AgentItemsPage({ params }: { params: AgentParams }) {
  const { tenant_id, agent_id } = await params;
  redirect(`${itemsHref(tenant_id)}?agent=${agent_id}`);
}
