"use client";

import { ErrorPanel } from "#components/shell/error-panel.tsx";
import { digestOf } from "#lib/client/digest.ts";

type ErrorPageProps = { error: unknown; retry: () => void };

export default function ErrorPage({ error, retry }: ErrorPageProps) {
  return (
    <main className="mx-auto flex min-h-dvh max-w-xl flex-col justify-center px-4">
      <ErrorPanel reference={digestOf(error)} onRetry={retry} />
    </main>
  );
}
