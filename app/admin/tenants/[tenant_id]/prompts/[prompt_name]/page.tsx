import { History, Pencil } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { DetailList } from "#components/shell/detail-list.tsx";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { Code } from "#components/ui/code.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { getPromptVersion } from "#lib/prompts/versions.ts";
import { type SearchParams, textParam } from "../../../../list-params.ts";
import { idOf, orNotFound } from "../../open-tenant.ts";
import { DeletePromptButton } from "../delete-prompt.tsx";
import { promptHref } from "../prompt-href.ts";
import { PromptPreview } from "../prompt-preview.tsx";
import { ArgumentList } from "./argument-list.tsx";
import { MakeCurrentButton } from "./make-current.tsx";
import { openPrompt, type PromptParams } from "./open-prompt.ts";

type PromptPageProps = { params: PromptParams; searchParams: SearchParams };

export async function generateMetadata({ params }: PromptPageProps): Promise<Metadata> {
  const { tenant_id, prompt_name } = await params;
  const { prompt } = await openPrompt(tenant_id, prompt_name);
  return { title: prompt.title ?? prompt.name };
}

export default async function PromptPage({ params, searchParams }: PromptPageProps) {
  const { tenant_id, prompt_name } = await params;
  const { ctx, prompt } = await openPrompt(tenant_id, idOf(prompt_name));
  const asked = textParam((await searchParams).version);
  // An older version is shown in the place of the current one.
  const older =
    asked === undefined || asked === String(prompt.version)
      ? null
      : await orNotFound(getPromptVersion(ctx, prompt.name, asked));
  const shown = older ?? prompt;
  return (
    <>
      <SectionHeader
        title={shown.title ?? prompt.name}
        badge={<Badge tone={older ? "warning" : "accent"}>Version {shown.version}</Badge>}
        description={shown.description || "No description"}
        actions={
          <>
            <Button variant="outline" size="sm" asChild>
              <Link href={`${promptHref(prompt)}/versions`}>
                <History aria-hidden /> Versions
              </Link>
            </Button>
            <Button variant="outline" size="sm" asChild>
              <Link href={`${promptHref(prompt)}/edit`}>
                <Pencil aria-hidden /> Edit
              </Link>
            </Button>
            <DeletePromptButton prompt={prompt} />
          </>
        }
      />
      {older && (
        <Alert tone="warning" title={`Version ${prompt.version} is in use, not this one`}>
          <div className="mt-1 flex flex-wrap items-center gap-2">
            <MakeCurrentButton prompt={prompt} version={older.version} />
            <Button variant="ghost" size="sm" asChild>
              <Link href={promptHref(prompt)}>Show version {prompt.version}</Link>
            </Button>
          </div>
        </Alert>
      )}
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-4">
          <Card>
            <CardContent>
              <DetailList
                items={[
                  { label: "Name", value: <Code>{prompt.name}</Code> },
                  { label: "Messages", value: shown.messages.length },
                  { label: "Created", value: <Timestamp value={prompt.created_at} /> },
                  { label: "Updated", value: <Timestamp value={prompt.updated_at} /> },
                ]}
              />
            </CardContent>
          </Card>
          <Card>
            <CardHeader>
              <CardTitle>Arguments</CardTitle>
              <CardDescription>What whoever uses the prompt fills in.</CardDescription>
            </CardHeader>
            <CardContent>
              <ArgumentList of={shown.arguments} />
            </CardContent>
          </Card>
        </div>
        <PromptPreview messages={shown.messages} arguments={shown.arguments} />
      </div>
    </>
  );
}
