import { SearchX } from "lucide-react";
import Link from "next/link";
import { Button } from "#components/ui/button.tsx";
import { EmptyState } from "./empty-state.tsx";

type NoMatchesProps = {
  /** "tenants" */
  what: string;
  /** The list without search, filter and place. */
  href: string;
};

/** Stands in a list that has rows, but none for this search, filter or page. */
export function NoMatches({ what, href }: NoMatchesProps) {
  return (
    <EmptyState
      icon={<SearchX aria-hidden />}
      title={`No ${what} here`}
      description="None fit the search and the filters, or the list has become shorter."
      action={
        <Button variant="outline" size="sm" asChild>
          <Link href={href}>Show all</Link>
        </Button>
      }
    />
  );
}
