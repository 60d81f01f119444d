import { ShieldCheck } from "lucide-react";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { RowTitle } from "#components/data-table/row-title.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import type { ResourceAccess, ResourceGrant } from "#lib/resources/access/schema.ts";
import { GrantActions } from "./grant-actions.tsx";
import type { SubjectOptions } from "./load-subjects.ts";
import { subjectLabel, subjectWords } from "./subjects.ts";

function ConditionList({ conditions }: Pick<ResourceGrant, "conditions">) {
  const { path_prefix, tables, columns_hidden, max_rows } = conditions;
  const parts = [
    path_prefix !== undefined && { what: "Path", value: path_prefix },
    tables && { what: "Tables", value: tables.join(", ") },
    columns_hidden && { what: "Without", value: columns_hidden.join(", ") },
    max_rows !== undefined && { what: "Rows", value: `at most ${max_rows}` },
  ].filter((part) => typeof part === "object");
  if (parts.length === 0) return <span className="text-muted-foreground">None</span>;
  return (
    <span className="flex flex-col gap-0.5 text-xs">
      {parts.map(({ what, value }) => (
        <span key={what}>
          <span className="text-muted-foreground">{what}</span>{" "}
          <span className="font-mono">{value}</span>
        </span>
      ))}
    </span>
  );
}

function columnsOf(
  subjects: SubjectOptions,
  ceiling: readonly string[],
): readonly Column<ResourceGrant>[] {
  return [
    {
      id: "subject",
      header: "Granted to",
      phone: "title",
      cell: ({ subject }) => (
        <RowTitle
          title={subjectLabel(subjects, subject)}
          id={`${subjectWords[subject.type]} ${subject.id}`}
        />
      ),
    },
    {
      id: "permissions",
      header: "Permissions",
      cell: ({ permissions }) => (
        <span className="flex flex-wrap gap-1 max-md:justify-end">
          {permissions.map((word) =>
            ceiling.includes(word) ? (
              <Badge key={word} tone="accent">
                {word}
              </Badge>
            ) : (
              <Badge key={word} className="line-through" title="The resource does not offer it">
                {word}
              </Badge>
            ),
          )}
        </span>
      ),
    },
    {
      id: "conditions",
      header: "Conditions",
      cell: ({ conditions }) => <ConditionList conditions={conditions} />,
    },
    {
      id: "expires",
      header: "Expires",
      cell: ({ status, expires_at }) =>
        status === "expired" ? (
          <Badge tone="danger" dot>
            Expired
          </Badge>
        ) : expires_at === null ? (
          <span className="text-muted-foreground">Never</span>
        ) : (
          <Timestamp value={expires_at} className="whitespace-nowrap" />
        ),
    },
    {
      id: "by",
      header: "Granted by",
      cell: ({ granted_by, updated_at }) => (
        <span className="flex flex-col text-muted-foreground text-xs">
          <span className="font-mono">{granted_by.id}</span>
          <Timestamp value={updated_at} className="whitespace-nowrap" />
        </span>
      ),
    },
  ];
}

type GrantTableProps = { tenantId: string; access: ResourceAccess; subjects: SubjectOptions };

export function GrantTable({ tenantId, access, subjects }: GrantTableProps) {
  const { ceiling, grants, open_to } = access;
  return (
    <DataTable
      label="Grants"
      columns={columnsOf(subjects, ceiling)}
      rows={grants}
      rowKey={(grant) => grant.grant_id}
      actions={(grant) => (
        <GrantActions
          {...{ tenantId, grant, ceiling, subjects }}
          of={subjectLabel(subjects, grant.subject)}
        />
      )}
      empty={
        <EmptyState
          icon={<ShieldCheck aria-hidden />}
          title={open_to === "tenant" ? "Open to everyone" : "Closed to everybody"}
          description={
            open_to === "tenant"
              ? "Anyone of the tenant with the scope may use what it offers. The first grant closes it to everybody else."
              : "Nobody was granted this resource yet, so that it is there for nobody."
          }
        />
      }
    />
  );
}
