const kinds: Record<string, string> = {
  operator: "Operator",
  member: "Member",
  key: "Key",
  client: "App",
  offer: "Tenant, by an offer",
  system: "System",
};

/** Who acted: the kind of principal, and its id. */
export function PrincipalName({ of: { type, id } }: { of: { type: string; id: string } }) {
  return (
    <span className="flex min-w-0 flex-col max-md:items-end">
      <span>{kinds[type] ?? type}</span>
      <code className="max-w-44 truncate font-mono text-muted-foreground text-xs" title={id}>
        {id}
      </code>
    </span>
  );
}
