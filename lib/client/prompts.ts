import {
  type CreatePromptInput,
  deletedPrompt,
  type Prompt,
  type PutPromptInput,
  prompt,
} from "#lib/prompts/schema.ts";
import { callApi, pathOf } from "./api.ts";

export function createPrompt(tenantId: string, body: CreatePromptInput): Promise<Prompt> {
  return callApi({ method: "POST", path: "/prompts", tenantId, body, response: prompt });
}

export function putPrompt(tenantId: string, name: string, body: PutPromptInput): Promise<Prompt> {
  return callApi({
    method: "PUT",
    path: pathOf("prompts", name),
    ...{ tenantId, body, response: prompt },
  });
}

export async function deletePrompt(tenantId: string, name: string): Promise<void> {
  const path = pathOf("prompts", name);
  await callApi({ method: "DELETE", path, tenantId, response: deletedPrompt });
}

/** Puts a version of the prompt in use again. */
export function restorePromptVersion(
  tenantId: string,
  name: string,
  version: number,
): Promise<Prompt> {
  const path = pathOf("prompts", name, "versions", String(version), "restore");
  return callApi({ method: "POST", path, tenantId, response: prompt });
}
