"use client";

import { ErrorPanel } from "#components/shell/error-panel.tsx";
import { digestOf } from "#lib/client/digest.ts";

type AdminErrorProps = { error: unknown; retry: () => void };

export default function AdminError({ error, retry }: AdminErrorProps) {
  return <ErrorPanel reference={digestOf(error)} onRetry={retry} />;
}
