import { SearchX } from "lucide-react";
import Link from "next/link";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";

export default function AdminNotFound() {
  return (
    <Card>
      <EmptyState
        icon={<SearchX aria-hidden />}
        title="There is nothing here"
        description="It may have been deleted, or the address has a typing error."
        action={
          <Button variant="outline" size="sm" asChild>
            <Link href="/admin/tenants">All tenants</Link>
          </Button>
        }
      />
    </Card>
  );
}
