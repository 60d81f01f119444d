"use client";

import { ErrorPanel } from "#components/shell/error-panel.tsx";
import { digestOf } from "#lib/client/digest.ts";

type TenantErrorProps = { error: unknown; retry: () => void };

export default function TenantError({ error, retry }: TenantErrorProps) {
  return <ErrorPanel reference={digestOf(error)} onRetry={retry} />;
}
