import type { AuditEntry } from "#lib/audit/schema.ts";

const kinds: Record<string, string> = {
  operator: "Operator",
  member: "Member",
  key: "Key",
  client: "App",
  system: "System",
};

type PrincipalNameProps = { entry: Pick<AuditEntry, "principal_type" | "principal_id"> };

/** Who acted: the kind of principal, and its id. */
export function PrincipalName({ entry: { principal_type, principal_id } }: PrincipalNameProps) {
  return (
    <span className="flex min-w-0 flex-col max-md:items-end">
      <span>{kinds[principal_type] ?? principal_type}</span>
      <code
        className="max-w-44 truncate font-mono text-muted-foreground text-xs"
        title={principal_id}
      >
        {principal_id}
      </code>
    </span>
  );
}
