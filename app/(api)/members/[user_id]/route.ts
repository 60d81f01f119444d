import { changeMemberInput, member, removedMember } from "#lib/auth/schema.ts";
import { changeMember, removeMember } from "#lib/auth/tenant-members.ts";
import { route } from "#lib/http/route.ts";

export const PATCH = route({
  scope: "tenant",
  permission: "members:write",
  summary: "Give a member another role",
  body: changeMemberInput,
  response: member,
  run: (ctx, { body, params }) => changeMember(ctx, params.user_id ?? "", body),
});

export const DELETE = route({
  scope: "tenant",
  permission: "members:write",
  summary: "Remove a member from the tenant, on every process",
  response: removedMember,
  run: async (ctx, { params }) => {
    const user_id = params.user_id ?? "";
    await removeMember(ctx, user_id);
    return { status: "removed", user_id };
  },
});
