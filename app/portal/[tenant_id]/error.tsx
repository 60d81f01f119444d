"use client";

import { ErrorPanel } from "#components/shell/error-panel.tsx";
import { digestOf } from "#lib/client/digest.ts";

type PortalErrorProps = { error: unknown; retry: () => void };

export default function PortalError({ error, retry }: PortalErrorProps) {
  return <ErrorPanel reference={digestOf(error)} onRetry={retry} />;
}
