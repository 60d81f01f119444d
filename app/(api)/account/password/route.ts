import { changeOwnPassword } from "#lib/auth/password.ts";
import { changedPassword, changePasswordInput } from "#lib/auth/schema.ts";
import { route } from "#lib/http/route.ts";

export const POST = route({
  scope: "person",
  summary: "Change the password of the person who is signed in, ending their sessions",
  body: changePasswordInput,
  response: changedPassword,
  run: async (ctx, { body }) => {
    await changeOwnPassword(ctx, body);
    return { status: "changed" };
  },
});
