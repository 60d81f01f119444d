import { ScrollText } from "lucide-react";
import { type Column, DataTable } from "#components/data-table/data-table.tsx";
import { FilterSelect } from "#components/data-table/filter-select.tsx";
import { Pager } from "#components/data-table/pager.tsx";
import { SearchBox } from "#components/data-table/search-box.tsx";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { NoMatches } from "#components/shell/no-matches.tsx";
import { Code } from "#components/ui/code.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import type { AuditEntry } from "#lib/audit/schema.ts";
import { changedPaths } from "./changed-paths.ts";
import { EntryDialog } from "./entry-dialog.tsx";
import { PrincipalName } from "./principal-name.tsx";

const mostNamed = 3;

const columns: Column<AuditEntry>[] = [
  {
    id: "action",
    header: "Action",
    phone: "title",
    cell: (entry) => <code className="font-medium font-mono text-[0.8125rem]">{entry.action}</code>,
  },
  {
    id: "at",
    header: "When",
    cell: (entry) => <Timestamp value={entry.at} className="whitespace-nowrap" />,
  },
  {
    id: "target",
    header: "Target",
    cell: (entry) => <Code>{entry.target_id}</Code>,
  },
  {
    id: "changed",
    header: "Changed",
    cell: (entry) => <Changed paths={changedPaths(entry.before, entry.after)} />,
  },
  {
    id: "by",
    header: "By",
    cell: (entry) => <PrincipalName of={{ type: entry.principal_type, id: entry.principal_id }} />,
  },
  {
    id: "ip",
    header: "From",
    cell: (entry) =>
      entry.ip === null ? (
        <span className="text-muted-foreground">–</span>
      ) : (
        <Code>{entry.ip}</Code>
      ),
  },
];

function Changed({ paths }: { paths: string[] }) {
  if (paths.length === 0) return <span className="text-muted-foreground">–</span>;
  const rest = paths.length - mostNamed;
  return (
    <span className="text-muted-foreground text-xs">
      {paths.slice(0, mostNamed).join(", ")}
      {rest > 0 && ` and ${rest} more`}
    </span>
  );
}

type AuditTableProps = {
  entries: AuditEntry[];
  nextCursor: string | null;
  /** Actions that the filter offers. */
  actions: readonly string[];
  /** The page's own address, without parameters. */
  href: string;
  narrowed: boolean;
};

/** Who did what, newest first. */
export function AuditTable({ entries, nextCursor, actions, href, narrowed }: AuditTableProps) {
  return (
    <DataTable
      label="Audit log"
      columns={columns}
      rows={entries}
      rowKey={(entry) => entry.entry_id}
      actions={(entry) => <EntryDialog entry={entry} />}
      toolbar={
        <>
          <SearchBox label="Exact target id" param="target" />
          <FilterSelect
            label="Action"
            param="action"
            options={actions.map((action) => ({ value: action, label: action }))}
          />
        </>
      }
      footer={<Pager nextCursor={nextCursor} />}
      empty={
        narrowed ? (
          <NoMatches what="entries" href={href} />
        ) : (
          <EmptyState
            icon={<ScrollText aria-hidden />}
            title="Nothing has happened yet"
            description="Every change stands here: who made it, from where, and what was before and after."
          />
        )
      }
    />
  );
}
