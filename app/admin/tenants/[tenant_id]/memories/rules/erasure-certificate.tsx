"use client";

import { DetailList } from "#components/shell/detail-list.tsx";
import { Button } from "#components/ui/button.tsx";
import {
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from "#components/ui/dialog.tsx";
import { Timestamp } from "#components/ui/timestamp.tsx";
import type { Certificate } from "#lib/memory/erasure-schema.ts";

type ErasureCertificateProps = { certificate: Certificate; onDone: () => void };

function Mono({ children }: { children: string }) {
  return <code className="font-mono text-xs">{children}</code>;
}

/** What an erasure leaves: how much went, and a digest by which it can be proved. */
export function ErasureCertificate({ certificate, onDone }: ErasureCertificateProps) {
  const { certificate_id, agent_id, subject_pseudonym, reference } = certificate;
  return (
    <>
      <DialogHeader>
        <DialogTitle>Erased</DialogTitle>
        <DialogDescription>
          The audit log keeps this certificate, and nothing else.
        </DialogDescription>
      </DialogHeader>
      <DetailList
        items={[
          { label: "Certificate", value: <Mono>{certificate_id}</Mono> },
          agent_id === null
            ? { label: "Person's pseudonym", value: <Mono>{subject_pseudonym ?? ""}</Mono> }
            : { label: "Agent", value: <Mono>{agent_id}</Mono> },
          { label: "Memories", value: certificate.items },
          { label: "Versions", value: certificate.versions },
          { label: "Context documents", value: certificate.documents },
          { label: "Digest", value: <Mono>{certificate.digest}</Mono> },
          { label: "Reference", value: reference ?? "none" },
          { label: "Erased", value: <Timestamp value={certificate.erased_at} /> },
        ]}
      />
      <DialogFooter>
        <Button onClick={onDone}>Done</Button>
      </DialogFooter>
    </>
  );
}
