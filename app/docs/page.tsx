import { Download, SearchX } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { SearchBox } from "#components/data-table/search-box.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { Logo } from "#components/shell/logo.tsx";
import { PageHeader } from "#components/shell/page-header.tsx";
import { ThemeToggle } from "#components/shell/theme-toggle.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardContent } from "#components/ui/card.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { buildOpenApi } from "#lib/http/openapi.ts";
import { Contents } from "./contents.tsx";
import { Operation } from "./operation.tsx";
import { groupEntries } from "./reference.ts";
import { Prose, SchemaTable, TypeText } from "./schema-table.tsx";
import { objectsIn } from "./schema-text.ts";

export const metadata: Metadata = { title: "API reference" };

type DocsPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

const conventions = [
  "Send a key as `Authorization: Bearer <key>` or `X-API-Key: <key>`. A tenant's key acts for its tenant; a platform key or a session names one in `X-Tenant-ID`.",
  "Bodies and answers are JSON. A failure is a problem document (RFC 9457) with a stable `code`, a `request_id`, and `errors` that point at what is wrong.",
  "Lists answer whole up to 10,000 rows. With `limit` they come in pages; the `Link` header of each leads to the next.",
];

export default async function DocsPage({ searchParams }: DocsPageProps) {
  const { q } = await searchParams;
  const search = typeof q === "string" ? q.slice(0, 200) : "";
  const document = buildOpenApi();
  const groups = groupEntries(document, search);
  const schemas = Object.entries(document.components.schemas).sort(([a], [b]) =>
    a.localeCompare(b),
  );
  const [server] = document.servers;
  return (
    <>
      <header className="sticky top-0 z-30 flex h-13 items-center gap-3 border-b bg-background/90 px-4 backdrop-blur lg:px-8">
        <Link href="/admin" aria-label="TauseStack home" className="rounded-sm touch:py-2">
          <Logo />
        </Link>
        <span className="flex-1" />
        <Button variant="ghost" size="sm" asChild>
          <Link href="/admin">Console</Link>
        </Button>
        <ThemeToggle />
      </header>
      <div className="mx-auto grid w-full max-w-7xl gap-x-10 px-4 py-6 sm:px-6 lg:grid-cols-[15rem_minmax(0,1fr)] lg:px-8">
        <Contents groups={groups} schemas={search ? [] : schemas.map(([name]) => name)} />
        <main id="main" className="flex min-w-0 flex-col gap-8">
          <PageHeader
            title={`${document.info.title} API`}
            description={`Version ${document.info.version}. ${document.info.description}`}
            actions={
              <Button variant="outline" size="sm" asChild>
                <a href="/openapi.json" download="openapi.json">
                  <Download aria-hidden /> openapi.json
                </a>
              </Button>
            }
          />
          <SearchBox label="Search operations" />
          {search === "" && (
            <Card>
              <CardContent className="flex flex-col gap-3">
                {server && <CodeBlock code={server.url} what="address" />}
                {conventions.map((text) => (
                  <Prose key={text} text={text} />
                ))}
              </CardContent>
            </Card>
          )}
          {groups.length === 0 && (
            <Card>
              <EmptyState
                icon={<SearchX aria-hidden />}
                title="No operation has these words"
                description="Search looks in methods, paths and summaries."
                action={
                  <Button variant="outline" size="sm" asChild>
                    <Link href="/docs">Show all</Link>
                  </Button>
                }
              />
            </Card>
          )}
          {groups.map(({ name, entries }) => (
            <section key={name} id={`group-${name}`} className="flex scroll-mt-20 flex-col gap-4">
              <h2 className="font-semibold text-base tracking-tight">/{name}</h2>
              {entries.map((entry) => (
                <Operation key={entry.operation.operationId} entry={entry} />
              ))}
            </section>
          ))}
          {search === "" && (
            <section id="schemas" className="flex scroll-mt-20 flex-col gap-4">
              <h2 className="font-semibold text-base tracking-tight">Schemas</h2>
              {schemas.map(([name, schema]) => (
                <Card key={name} id={`schema-${name}`} className="scroll-mt-20">
                  <CardContent className="flex flex-col gap-3">
                    <h3 className="flex items-baseline gap-2 font-medium text-sm">
                      {name} <TypeText schema={schema} />
                    </h3>
                    {typeof schema.description === "string" && <Prose text={schema.description} />}
                    {Object.entries(objectsIn(schema)).map(([at, object]) => (
                      <SchemaTable key={at} schema={object} />
                    ))}
                  </CardContent>
                </Card>
              ))}
            </section>
          )}
        </main>
      </div>
    </>
  );
}
