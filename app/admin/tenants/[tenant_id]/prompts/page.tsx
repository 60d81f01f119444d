import { MessageSquareText, Plus } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { Pager } from "#components/data-table/pager.tsx";
import { RowTitle } from "#components/data-table/row-title.tsx";
import { SearchBox } from "#components/data-table/search-box.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { NoMatches } from "#components/shell/no-matches.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { QuotaUse } from "#components/tenants/quota-use.tsx";
import { Button } from "#components/ui/button.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import type { PromptSummary } from "#lib/prompts/schema.ts";
import { listPrompts } from "#lib/prompts/service.ts";
import { pageAt, type SearchParams, textParam } from "../../../list-params.ts";
import { openTenant, type TenantParams } from "../open-tenant.ts";
import { ArgumentNames } from "./argument-names.tsx";
import { PromptActions } from "./prompt-actions.tsx";
import { promptHref } from "./prompt-href.ts";

export const metadata: Metadata = { title: "Prompts" };

const columns: Column<PromptSummary>[] = [
  {
    id: "prompt",
    header: "Prompt",
    phone: "title",
    cell: (prompt) => (
      <RowTitle
        title={prompt.title ?? prompt.name}
        href={promptHref(prompt)}
        {...(prompt.title === null ? {} : { id: prompt.name })}
      />
    ),
  },
  {
    id: "description",
    header: "Description",
    phone: "hidden",
    cell: (prompt) => (
      <span className="line-clamp-2 text-muted-foreground [overflow-wrap:anywhere]">
        {prompt.description}
      </span>
    ),
  },
  {
    id: "arguments",
    header: "Arguments",
    cell: (prompt) => <ArgumentNames of={prompt.arguments} />,
  },
  { id: "messages", header: "Messages", align: "end", cell: (prompt) => prompt.messages_count },
  { id: "version", header: "Version", align: "end", cell: (prompt) => prompt.version },
  {
    id: "updated",
    header: "Updated",
    cell: (prompt) => (
      <Timestamp value={prompt.updated_at} className="whitespace-nowrap text-muted-foreground" />
    ),
  },
];

type PromptsPageProps = { params: TenantParams; searchParams: SearchParams };

export default async function PromptsPage({ params, searchParams }: PromptsPageProps) {
  const { ctx, tenant, quotas } = await openTenant((await params).tenant_id);
  const asked = await searchParams;
  const search = textParam(asked.q);
  const page = await pageAt(asked.cursor, (at) => listPrompts(ctx, { ...at, search }));
  const base = `/admin/tenants/${tenant.tenant_id}/prompts`;
  const create = (
    <Button size="sm" asChild>
      <Link href={`${base}/new`}>
        <Plus aria-hidden /> New prompt
      </Link>
    </Button>
  );
  return (
    <>
      <SectionHeader
        title="Prompts"
        description={
          <>
            <QuotaUse {...quotas.max_prompts} /> prompts
          </>
        }
        actions={create}
      />
      <DataTable
        label="Prompts"
        columns={columns}
        rows={page.items}
        rowKey={(prompt) => prompt.name}
        actions={(prompt) => <PromptActions prompt={prompt} />}
        toolbar={<SearchBox label="Search prompts" />}
        footer={<Pager nextCursor={page.next} />}
        empty={
          search || asked.cursor ? (
            <NoMatches what="prompts" href={base} />
          ) : (
            <EmptyState
              icon={<MessageSquareText aria-hidden />}
              title="No prompts yet"
              description="A prompt is a ready-made conversation with blanks to fill in, which MCP clients offer to the people who use them."
              action={create}
            />
          )
        }
      />
    </>
  );
}
