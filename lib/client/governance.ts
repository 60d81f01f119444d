import {
  type Approval,
  approval,
  deletedLimit,
  type KillSwitchView,
  killSwitch,
  liftedSwitch,
  type PutGrantsInput,
  type PutLimitInput,
  type PutPolicyInput,
  type PutSwitchInput,
  type ToolGrantsView,
  type ToolLimitView,
  type ToolPolicyView,
  toolGrants,
  toolLimit,
  toolPolicy,
} from "#lib/tools/governance/schema.ts";
import { callApi, pathOf } from "./api.ts";

export function putPolicy(
  tenantId: string,
  toolId: string,
  body: PutPolicyInput,
): Promise<ToolPolicyView> {
  const path = pathOf("tools", toolId, "policy");
  return callApi({ method: "PUT", path, tenantId, body, response: toolPolicy });
}

export function putGrants(
  tenantId: string,
  toolId: string,
  body: PutGrantsInput,
): Promise<ToolGrantsView> {
  const path = pathOf("tools", toolId, "grants");
  return callApi({ method: "PUT", path, tenantId, body, response: toolGrants });
}

/** Opens the tool to everyone of the tenant. */
export function deleteGrants(tenantId: string, toolId: string): Promise<ToolGrantsView> {
  const path = pathOf("tools", toolId, "grants");
  return callApi({ method: "DELETE", path, tenantId, response: toolGrants });
}

export function putLimit(tenantId: string, body: PutLimitInput): Promise<ToolLimitView> {
  return callApi({ method: "PUT", path: "/tool-limits", tenantId, body, response: toolLimit });
}

export async function deleteLimit(tenantId: string, limitId: string): Promise<void> {
  const path = pathOf("tool-limits", limitId);
  await callApi({ method: "DELETE", path, tenantId, response: deletedLimit });
}

export function setSwitch(tenantId: string, body: PutSwitchInput): Promise<KillSwitchView> {
  return callApi({ method: "PUT", path: "/kill-switches", tenantId, body, response: killSwitch });
}

export async function liftSwitch(tenantId: string, switchId: string): Promise<void> {
  const path = pathOf("kill-switches", switchId);
  await callApi({ method: "DELETE", path, tenantId, response: liftedSwitch });
}

export function decideApproval(
  tenantId: string,
  approvalId: string,
  decision: "approve" | "deny",
  note: string,
): Promise<Approval> {
  const path = pathOf("approvals", approvalId, decision);
  return callApi({ method: "POST", path, tenantId, body: { note }, response: approval });
}
