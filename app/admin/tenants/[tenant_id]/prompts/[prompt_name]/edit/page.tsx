import type { Metadata } from "next";
import { SectionHeader } from "#components/shell/section-header.tsx";
import { idOf } from "../../../open-tenant.ts";
import { PromptForm } from "../../prompt-form.tsx";
import { openPrompt, type PromptParams } from "../open-prompt.ts";

export const metadata: Metadata = { title: "Edit prompt" };

export default async function EditPromptPage({ params }: { params: PromptParams }) {
  const { tenant_id, prompt_name } = await params;
  const { prompt } = await openPrompt(tenant_id, idOf(prompt_name));
  return (
    <>
      <SectionHeader
        title={`Edit ${prompt.title ?? prompt.name}`}
        description={`You are editing version ${prompt.version}. Saving writes version ${prompt.latest_version + 1}, in force at once.`}
      />
      <PromptForm tenantId={tenant_id} prompt={prompt} />
    </>
  );
}
