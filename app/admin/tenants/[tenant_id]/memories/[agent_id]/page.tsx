import { Pencil } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { DetailList } from "#components/shell/detail-list.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardContent, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { JsonView } from "#components/ui/json-view.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { idOf } from "../../open-tenant.ts";
import { DeleteMemoryButton } from "../delete-memory.tsx";
import { memoryHref } from "../memory-href.ts";
import { type MemoryParams, openMemory } from "./open-memory.ts";

const dayMs = 86_400_000;

export async function generateMetadata({ params }: { params: MemoryParams }): Promise<Metadata> {
  const { tenant_id, agent_id } = await params;
  return { title: (await openMemory(tenant_id, agent_id)).memory.agent_id };
}

export default async function MemoryPage({ params }: { params: MemoryParams }) {
  const { tenant_id, agent_id } = await params;
  const { tenant, memory } = await openMemory(tenant_id, idOf(agent_id));
  const retention = tenant.mcp_config.memory_retention_days;
  const expires =
    typeof retention === "number"
      ? new Date(Date.parse(memory.updated_at) + retention * dayMs).toISOString()
      : null;
  return (
    <>
      <SectionHeader
        title={memory.agent_id}
        actions={
          <>
            <Button variant="outline" size="sm" asChild>
              <Link href={`${memoryHref(memory)}/edit`}>
                <Pencil aria-hidden /> Edit
              </Link>
            </Button>
            <DeleteMemoryButton memory={{ tenant_id, agent_id: memory.agent_id }} />
          </>
        }
      />
      <Card>
        <CardContent>
          <DetailList
            items={[
              { label: "Created", value: <Timestamp value={memory.created_at} /> },
              { label: "Updated", value: <Timestamp value={memory.updated_at} /> },
              { label: "Expires", value: <Timestamp value={expires} /> },
            ]}
          />
        </CardContent>
      </Card>
      <Card>
        <CardHeader>
          <CardTitle>Context</CardTitle>
        </CardHeader>
        <CardContent>
          <JsonView value={memory.context} what="context" maxLines={60} />
        </CardContent>
      </Card>
    </>
  );
}
