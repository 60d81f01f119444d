import { resetMemberPassword } from "#lib/auth/member-accounts.ts";
import { newMemberPassword } from "#lib/auth/schema.ts";
import { route } from "#lib/http/route.ts";

export const POST = route({
  scope: "tenant",
  permission: "members:write",
  summary: "Give a member a new password, which is in this answer alone, ending their sessions",
  response: newMemberPassword,
  run: async (ctx, { params }) => {
    const user_id = params.user_id ?? "";
    return { user_id, password: await resetMemberPassword(ctx, user_id) };
  },
});
