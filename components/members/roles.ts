import type { Role } from "#lib/core/permissions.ts";

/** The roles, from the one who may do most, with what each may do in words. */
export const roles: readonly { value: Role; label: string; may: string }[] = [
  { value: "owner", label: "Owner", may: "Everything, and makes other owners." },
  { value: "admin", label: "Admin", may: "Everything but make and remove owners." },
  { value: "developer", label: "Developer", may: "Everything but manage members." },
  { value: "billing", label: "Billing", may: "Sees usage." },
  { value: "viewer", label: "Viewer", may: "Sees everything, changes nothing." },
];

export function roleLabel(role: Role): string {
  return roles.find(({ value }) => value === role)?.label ?? role;
}
