import type { Metadata } from "next";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { idOf } from "../../../open-tenant.ts";
import { MemoryForm } from "../../memory-form.tsx";
import { type MemoryParams, openMemory } from "../open-memory.ts";

export const metadata: Metadata = { title: "Edit memory" };

export default async function EditMemoryPage({ params }: { params: MemoryParams }) {
  const { tenant_id, agent_id } = await params;
  const { memory } = await openMemory(tenant_id, idOf(agent_id));
  return (
    <>
      <SectionHeader
        title={`Edit the memory of ${memory.agent_id}`}
        description="What the agent writes meanwhile is replaced when you save."
      />
      <MemoryForm tenantId={tenant_id} memory={memory} />
    </>
  );
}
