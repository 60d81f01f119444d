import {
  type CreateExampleInput,
  deletedExample,
  type ExamplesRun,
  examplesRun,
  type RunExamplesInput,
  type ToolExample,
  toolExample,
} from "#lib/tools/bench/example-schema.ts";
import { type TestToolInput, type ToolTest, toolTest } from "#lib/tools/bench/schema.ts";
import {
  type CreateDraftInput,
  type PublishAllInput,
  type PublishInput,
  publishedAll,
  type RollBackInput,
  type SaveDraftInput,
  type ToolRevision,
  toolRevision,
} from "#lib/tools/revisions/schema.ts";
import {
  type CreateDynamicToolInput,
  deletedTool,
  type RegisterToolInput,
  type Tool,
  tool,
} from "#lib/tools/schema.ts";
import { callApi, pathOf } from "./api.ts";
import { isThere } from "./is-there.ts";

export function createDynamicTool(tenantId: string, body: CreateDynamicToolInput): Promise<Tool> {
  return callApi({ method: "POST", path: "/tools/dynamic/create", tenantId, body, response: tool });
}

/** Publishes the drafts of these tools: all or none. */
export function publishDrafts(tenantId: string, body: PublishAllInput) {
  const response = publishedAll;
  return callApi({ method: "POST", path: "/tools/publish", tenantId, body, response });
}

export function registerTool(tenantId: string, body: RegisterToolInput): Promise<Tool> {
  return callApi({ method: "POST", path: "/tools/register", tenantId, body, response: tool });
}

/** True when the tenant has a tool of that id already. */
export function toolExists(tenantId: string, toolId: string): Promise<boolean> {
  return isThere(callApi({ path: pathOf("tools", toolId), tenantId, response: tool }));
}

export async function deleteTool(tenantId: string, toolId: string): Promise<void> {
  const path = pathOf("tools", toolId);
  await callApi({ method: "DELETE", path, tenantId, response: deletedTool });
}

export function createDraft(tenantId: string, body: CreateDraftInput): Promise<Tool> {
  return callApi({ method: "POST", path: "/tools/drafts", tenantId, body, response: tool });
}

export function saveDraft(
  tenantId: string,
  toolId: string,
  body: SaveDraftInput,
): Promise<ToolRevision> {
  const path = pathOf("tools", toolId, "draft");
  return callApi({ method: "PUT", path, tenantId, body, response: toolRevision });
}

export function discardDraft(tenantId: string, toolId: string): Promise<Tool> {
  const path = pathOf("tools", toolId, "draft");
  return callApi({ method: "DELETE", path, tenantId, response: tool });
}

export function publishTool(tenantId: string, toolId: string, body: PublishInput): Promise<Tool> {
  const path = pathOf("tools", toolId, "publish");
  return callApi({ method: "POST", path, tenantId, body, response: tool });
}

export function rollBackTool(tenantId: string, toolId: string, body: RollBackInput): Promise<Tool> {
  const path = pathOf("tools", toolId, "rollback");
  return callApi({ method: "POST", path, tenantId, body, response: tool });
}

/** Takes a tool out of use, or puts it in use again. */
export function setToolArchived(
  tenantId: string,
  toolId: string,
  archived: boolean,
): Promise<Tool> {
  const path = pathOf("tools", toolId, archived ? "archive" : "unarchive");
  return callApi({ method: "POST", path, tenantId, response: tool });
}

/** Calls a revision of a tool and tells all that happened in it. */
export function testTool(tenantId: string, toolId: string, body: TestToolInput): Promise<ToolTest> {
  const path = pathOf("tools", toolId, "test");
  return callApi({ method: "POST", path, tenantId, body, response: toolTest });
}

export function createExample(
  tenantId: string,
  toolId: string,
  body: CreateExampleInput,
): Promise<ToolExample> {
  const path = pathOf("tools", toolId, "examples");
  return callApi({ method: "POST", path, tenantId, body, response: toolExample });
}

export async function deleteExample(
  tenantId: string,
  toolId: string,
  exampleId: string,
): Promise<void> {
  const path = pathOf("tools", toolId, "examples", exampleId);
  await callApi({ method: "DELETE", path, tenantId, response: deletedExample });
}

export function runExamples(
  tenantId: string,
  toolId: string,
  body: RunExamplesInput,
): Promise<ExamplesRun> {
  const path = pathOf("tools", toolId, "examples", "run");
  return callApi({ method: "POST", path, tenantId, body, response: examplesRun });
}
