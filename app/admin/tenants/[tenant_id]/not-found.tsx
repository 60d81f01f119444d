import { SearchX } from "lucide-react";
import { EmptyState } from "#components/shell/empty-state.tsx";
import { Card } from "#components/ui/card.tsx";

export default function TenantPartNotFound() {
  return (
    <Card>
      <EmptyState
        icon={<SearchX aria-hidden />}
        title="The tenant has nothing of this id"
        description="It may have been deleted, or the address has a typing error."
      />
    </Card>
  );
}
