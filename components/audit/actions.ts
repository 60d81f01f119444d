const ofTenants = [
  "tenant.create",
  "tenant.update",
  "tenant.suspend",
  "tenant.resume",
  "tenant.delete",
];
const ofKeys = ["key.create", "key.rotate", "key.revoke"];

/** Actions that a tenant's log can hold. */
export const tenantActions: readonly string[] = [
  "tool.create",
  "tool.update",
  "tool.delete",
  "tool.save_draft",
  "tool.discard_draft",
  "tool.publish",
  "tool.roll_back",
  "tool.archive",
  "tool.unarchive",
  "tool.add_example",
  "tool.delete_example",
  "task.cancel",
  "resource.create",
  "resource.update",
  "resource.delete",
  "prompt.create",
  "prompt.update",
  "prompt.restore",
  "prompt.delete",
  "resource.write_content",
  "resource.delete_content",
  "memory.create",
  "memory.update",
  "memory.delete",
  "memory.expire",
  "federation.memory_pull",
  "federation.tools_pull",
  ...ofKeys,
  "member.add",
  "member.change_role",
  "member.remove",
  "member.reset_password",
  "app.grant",
  "app.revoke",
  ...ofTenants.filter((action) => action !== "tenant.delete"),
];

/** Actions that the deployment's log can hold. */
export const platformActions: readonly string[] = [
  ...ofTenants,
  ...ofKeys,
  "oauth_key.create",
  "oauth_key.rotate",
  "member.reset_password",
  ...["operator", "user"].flatMap((kind) => [
    `${kind}.create`,
    `${kind}.sign_in`,
    `${kind}.sign_in_failed`,
    `${kind}.change_password`,
    `${kind}.confirm_password`,
    `${kind}.confirm_password_failed`,
  ]),
];
