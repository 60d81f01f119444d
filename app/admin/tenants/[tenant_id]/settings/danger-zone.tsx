"use client";

import { Pause, Play, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import type { ReactNode } from "react";
import { toast } from "sonner";
import { ConfirmDeleteDialog } from "#components/forms/confirm-delete-dialog.tsx";
import type { FormFailure } from "#components/forms/form.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card, CardContent, CardHeader, CardTitle } from "#components/ui/card.tsx";
import { messageOf, toFailure } from "#lib/client/api-error.ts";
import { deleteTenant, setTenantStatus } from "#lib/client/tenants.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { Tenant } from "#lib/tenants/schema.ts";

type DangerZoneProps = { tenantId: string; name: string; status: Tenant["status"] };

export function DangerZone({ tenantId, name, status }: DangerZoneProps) {
  const router = useRouter();
  const active = status === "active";
  const toggle = useChange(() => setTenantStatus(tenantId, active ? "suspended" : "active"));

  async function remove(): Promise<FormFailure | undefined> {
    try {
      await deleteTenant(tenantId);
    } catch (error) {
      return toFailure(error);
    }
    toast.success(`${name} is deleted`);
    router.replace("/admin/tenants");
    router.refresh();
    return undefined;
  }

  return (
    <Card className="border-destructive/30">
      <CardHeader>
        <CardTitle>Danger zone</CardTitle>
      </CardHeader>
      <CardContent className="flex flex-col divide-y">
        <Row
          title={active ? "Suspend this tenant" : "Resume this tenant"}
          description={
            active
              ? "Its keys are refused at once, everywhere. Nothing is deleted."
              : "Its keys work again at once."
          }
        >
          <Button
            variant="outline"
            pending={toggle.isPending}
            onClick={() =>
              toggle.mutate(undefined, { onError: (error) => toast.error(messageOf(error)) })
            }
          >
            {active ? <Pause aria-hidden /> : <Play aria-hidden />}
            {active ? "Suspend" : "Resume"}
          </Button>
        </Row>
        <Row
          title="Delete this tenant"
          description={
            tenantId === "default"
              ? "The default tenant serves calls that name none, so it cannot be deleted."
              : "Its tools, resources, memories, keys and meter are lost for good."
          }
        >
          <ConfirmDeleteDialog
            title="Delete tenant"
            description={`Everything that ${name} owns is deleted for good: tools, resources, memories, keys, and what its meter and its own audit log say.`}
            confirmText={tenantId}
            onConfirm={remove}
            trigger={
              <Button variant="destructive" disabled={tenantId === "default"}>
                <Trash2 aria-hidden /> Delete
              </Button>
            }
          />
        </Row>
      </CardContent>
    </Card>
  );
}

type RowProps = { title: string; description: string; children: ReactNode };

function Row({ title, description, children }: RowProps) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 py-4 first:pt-0 last:pb-0">
      <div className="min-w-0">
        <p className="font-medium text-sm">{title}</p>
        <p className="text-[0.8125rem] text-muted-foreground">{description}</p>
      </div>
      {children}
    </div>
  );
}
