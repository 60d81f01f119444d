import { type ChangePasswordInput, changedPassword } from "#lib/auth/schema.ts";
import { callApi } from "./api.ts";

/** Changes the password of the person who is signed in; the session ends with it. */
export async function changePassword(body: ChangePasswordInput): Promise<void> {
  await callApi({ method: "POST", path: "/account/password", body, response: changedPassword });
}
