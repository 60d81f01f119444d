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
  "task.cancel",
  "resource.create",
  "resource.update",
  "resource.delete",
  "memory.create",
  "memory.update",
  "memory.delete",
  "memory.expire",
  "federation.memory_pull",
  "federation.tools_pull",
  ...ofKeys,
  ...ofTenants.filter((action) => action !== "tenant.delete"),
];

/** Actions that the deployment's log can hold. */
export const platformActions: readonly string[] = [
  ...ofTenants,
  ...ofKeys,
  "operator.create",
  "operator.sign_in",
  "operator.sign_in_failed",
  "operator.change_password",
  "operator.confirm_password",
  "operator.confirm_password_failed",
];
