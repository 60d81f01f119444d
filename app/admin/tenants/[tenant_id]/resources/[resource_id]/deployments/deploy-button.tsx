"use client";

import { Rocket } from "lucide-react";
import { toast } from "sonner";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import { Button } from "#components/ui/button.tsx";
import { toFailure } from "#lib/client/api-error.ts";
import { runDeployment } from "#lib/client/resource-use.ts";
import { useChange } from "#lib/client/use-change.ts";

type DeployButtonProps = { tenantId: string; resourceId: string };

export function DeployButton({ tenantId, resourceId }: DeployButtonProps) {
  const deploy = useChange(() => runDeployment(tenantId, resourceId));
  return (
    <ConfirmDeleteDialog
      trigger={
        <Button size="sm">
          <Rocket aria-hidden /> Deploy
        </Button>
      }
      title="Run deployment"
      description="The API is asked for what the connection declares as its deployment."
      failedTitle="Not run"
      onConfirm={async () => {
        try {
          const { state, detail } = await deploy.mutateAsync(undefined);
          if (state === "failed") toast.error("The deployment failed", { description: detail });
          else toast.success("The deployment succeeded");
          return undefined;
        } catch (error) {
          return toFailure(error);
        }
      }}
    />
  );
}
