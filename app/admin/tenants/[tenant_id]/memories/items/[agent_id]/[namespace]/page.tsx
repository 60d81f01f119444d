import { redirect } from "next/navigation";
import { itemsHref } from "../../item-href.ts";

type SpaceParams = Promise<{ tenant_id: string; agent_id: string; namespace: string }>;

/** The list of one namespace, where the breadcrumbs of its memories lead. */
export default async function SpaceItemsPage({ params }: { params: SpaceParams }) {
  const { tenant_id, agent_id, namespace } = await params;
  redirect(`${itemsHref(tenant_id)}?agent=${agent_id}&namespace=${namespace}`);
}
