import {
  type AddMemberInput,
  type ChangeMemberInput,
  type Member,
  member,
  type NewMember,
  type NewMemberPassword,
  newMember,
  newMemberPassword,
  removedMember,
} from "#lib/auth/schema.ts";
import { callApi, pathOf } from "./api.ts";

export function addMember(tenantId: string, body: AddMemberInput): Promise<NewMember> {
  return callApi({ method: "POST", path: "/members", tenantId, body, response: newMember });
}

export function changeMember(
  tenantId: string,
  userId: string,
  body: ChangeMemberInput,
): Promise<Member> {
  const path = pathOf("members", userId);
  return callApi({ method: "PATCH", path, tenantId, body, response: member });
}

export async function removeMember(tenantId: string, userId: string): Promise<void> {
  const path = pathOf("members", userId);
  await callApi({ method: "DELETE", path, tenantId, response: removedMember });
}

/** A new one-time password; the member's sessions end. */
export function resetMemberPassword(tenantId: string, userId: string): Promise<NewMemberPassword> {
  const path = pathOf("members", userId, "password");
  return callApi({ method: "POST", path, tenantId, response: newMemberPassword });
}
