import { cache } from "react";
import { getPrompt } from "#lib/prompts/service.ts";
import { openTenant, orNotFound } from "../../open-tenant.ts";

export type PromptParams = Promise<{ tenant_id: string; prompt_name: string }>;

/** The prompt of an address, as its current version says it; a 404 when there is none. */
export const openPrompt = cache(async (tenantId: string, name: string) => {
  const { ctx } = await openTenant(tenantId);
  return { ctx, prompt: await orNotFound(getPrompt(ctx, name)) };
});
