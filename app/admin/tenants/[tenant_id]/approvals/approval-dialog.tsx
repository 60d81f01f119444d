"use client";

import { Check, Eye, X } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { DetailList } from "#components/shell/detail-list.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Button } from "#components/ui/button.tsx";
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
  DialogTrigger,
} from "#components/ui/dialog.tsx";
import { Input } from "#components/ui/input.tsx";
import { JsonView } from "#components/ui/json-view.tsx";
import { Label } from "#components/ui/label.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import { messageOf } from "#lib/client/api-error.ts";
import { decideApproval } from "#lib/client/governance.ts";
import { useChange } from "#lib/client/use-change.ts";
import type { Approval } from "#lib/tools/governance/schema.ts";

type ApprovalDialogProps = { tenantId: string; approval: Approval };

/** The button of a row: what is asked, by whom, and the decision while it is open. */
export function ApprovalDialog({ tenantId, approval }: ApprovalDialogProps) {
  const [open, setOpen] = useState(false);
  const isPending = approval.status === "pending";
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        {isPending ? (
          <Button variant="outline" size="sm" aria-label={`Review ${approval.mcp_name}`}>
            Review
          </Button>
        ) : (
          <Button variant="ghost" size="icon-sm" aria-label={`Details of ${approval.mcp_name}`}>
            <Eye aria-hidden />
          </Button>
        )}
      </DialogTrigger>
      <DialogContent className="max-w-2xl" toRead>
        <DialogHeader>
          <DialogTitle>
            {isPending ? `Approve ${approval.mcp_name}?` : approval.mcp_name}
          </DialogTitle>
          <DialogDescription className="font-mono text-xs [overflow-wrap:anywhere]">
            {approval.approval_id}
          </DialogDescription>
        </DialogHeader>
        <DetailList items={detailsOf(approval)} />
        <JsonView value={approval.arguments} what="arguments" />
        {isPending && <Decision {...{ tenantId, approval }} onDone={() => setOpen(false)} />}
      </DialogContent>
    </Dialog>
  );
}

function detailsOf({ asked_by, agent_id, created_at, expires_at, ...rest }: Approval) {
  const { decided_by, decided_at, note, used_at } = rest;
  return [
    { label: "Asked by", value: `${asked_by.type} ${asked_by.id}` },
    ...(agent_id === null ? [] : [{ label: "Agent", value: agent_id }]),
    { label: "Asked", value: <Timestamp value={created_at} /> },
    { label: "Until", value: <Timestamp value={expires_at} /> },
    ...(decided_by ? [{ label: "Decided by", value: `${decided_by.type} ${decided_by.id}` }] : []),
    ...(decided_at ? [{ label: "Decided", value: <Timestamp value={decided_at} /> }] : []),
    ...(note ? [{ label: "Note", value: note }] : []),
    ...(used_at ? [{ label: "Used", value: <Timestamp value={used_at} /> }] : []),
  ];
}

function Decision({ tenantId, approval, onDone }: ApprovalDialogProps & { onDone: () => void }) {
  const [note, setNote] = useState("");
  const decide = useChange((decision: "approve" | "deny") =>
    decideApproval(tenantId, approval.approval_id, decision, note),
  );
  const run = (decision: "approve" | "deny") =>
    decide.mutate(decision, {
      onSuccess: () => {
        toast.success(decision === "approve" ? "The call is approved" : "The call is denied");
        onDone();
      },
    });
  return (
    <>
      {decide.error && (
        <Alert tone="danger" title="Not decided">
          {messageOf(decide.error)}
        </Alert>
      )}
      <div className="flex flex-col gap-2">
        <Label htmlFor="approval-note">Note</Label>
        <Input
          id="approval-note"
          value={note}
          maxLength={500}
          autoComplete="off"
          placeholder="Whoever asked is told why, where it is denied"
          onChange={(event) => setNote(event.target.value)}
        />
      </div>
      <DialogFooter>
        <Button variant="outline" pending={decide.isPending} onClick={() => run("deny")}>
          <X aria-hidden /> Deny
        </Button>
        <Button pending={decide.isPending} onClick={() => run("approve")}>
          <Check aria-hidden /> Approve
        </Button>
      </DialogFooter>
    </>
  );
}
