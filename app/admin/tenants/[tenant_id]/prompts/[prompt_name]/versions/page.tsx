import type { Metadata } from "next";
import Link from "next/link";
import { PrincipalName } from "#components/audit/principal-name.tsx";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { Pager } from "#components/data-table/pager.tsx";
import { NoMatches } from "#components/shell/no-matches.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { CompareCard } from "#components/versions/compare-card.tsx";
import type { Prompt, PromptVersionSummary } from "#lib/prompts/schema.ts";
import { getPromptVersion, listPromptVersions } from "#lib/prompts/versions.ts";
import { pageAt, type SearchParams, textParam } from "../../../../../list-params.ts";
import { idOf, orNotFound } from "../../../open-tenant.ts";
import { promptHref } from "../../prompt-href.ts";
import { MakeCurrentButton } from "../make-current.tsx";
import { openPrompt, type PromptParams } from "../open-prompt.ts";
import { versionLines } from "./version-lines.ts";

export const metadata: Metadata = { title: "Versions" };

function columnsOf(prompt: Prompt): Column<PromptVersionSummary>[] {
  return [
    {
      id: "version",
      header: "Version",
      phone: "title",
      cell: ({ version, is_current }) => (
        <span className="flex flex-wrap items-center gap-2">
          <Link
            href={`${promptHref(prompt)}?version=${version}`}
            prefetch={false}
            className="rounded-xs font-medium underline-offset-4 hover:underline touch:-my-3 touch:py-3"
          >
            Version {version}
          </Link>
          {is_current && <Badge tone="accent">Current</Badge>}
        </span>
      ),
    },
    { id: "messages", header: "Messages", align: "end", cell: (row) => row.messages_count },
    { id: "by", header: "Written by", cell: (row) => <PrincipalName of={row.created_by} /> },
    {
      id: "written",
      header: "Written",
      cell: (row) => <Timestamp value={row.created_at} className="text-muted-foreground" />,
    },
    {
      id: "use",
      header: "Use",
      className: "w-36",
      cell: ({ version, is_current }) =>
        is_current ? (
          <span className="text-muted-foreground">In use</span>
        ) : (
          <MakeCurrentButton prompt={prompt} version={version} />
        ),
    },
  ];
}

type VersionsPageProps = { params: PromptParams; searchParams: SearchParams };

export default async function VersionsPage({ params, searchParams }: VersionsPageProps) {
  const { tenant_id, prompt_name } = await params;
  const { ctx, prompt } = await openPrompt(tenant_id, idOf(prompt_name));
  const asked = await searchParams;
  const page = await pageAt(asked.cursor, (at) => listPromptVersions(ctx, prompt.name, at));
  const to = textParam(asked.to) ?? String(prompt.latest_version);
  const from = textParam(asked.from) ?? String(Math.max(prompt.latest_version - 1, 1));
  const [before, after] = await orNotFound(
    Promise.all([getPromptVersion(ctx, prompt.name, from), getPromptVersion(ctx, prompt.name, to)]),
  );
  return (
    <>
      <SectionHeader
        title={`Versions of ${prompt.title ?? prompt.name}`}
        description="Each save is a version of its own; any of them can be put in use again."
        actions={
          <Button variant="outline" size="sm" asChild>
            <Link href={promptHref(prompt)}>Back to the prompt</Link>
          </Button>
        }
      />
      <DataTable
        label="Versions"
        columns={columnsOf(prompt)}
        rows={page.items}
        rowKey={({ version }) => String(version)}
        footer={<Pager nextCursor={page.next} />}
        empty={<NoMatches what="versions" href={`${promptHref(prompt)}/versions`} />}
      />
      {prompt.latest_version > 1 && (
        <CompareCard
          word="Version"
          description="What changed from one version to another."
          from={{ version: before.version, lines: versionLines(before) }}
          to={{ version: after.version, lines: versionLines(after) }}
          versions={page.items.map(({ version }) => version)}
        />
      )}
    </>
  );
}
