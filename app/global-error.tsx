"use client";

import "./globals.css";
import { ErrorPanel } from "#components/shell/error-panel.tsx";
import { digestOf } from "#lib/client/digest.ts";

type GlobalErrorProps = { error: unknown; retry: () => void };

/** Stands in for the root layout when that itself fails, so it brings its own document. */
export default function GlobalError({ error, retry }: GlobalErrorProps) {
  return (
    <html lang="en">
      <body>
        <title>Error · TauseStack</title>
        <main className="mx-auto flex min-h-dvh max-w-xl flex-col justify-center px-4">
          <ErrorPanel reference={digestOf(error)} onRetry={retry} />
        </main>
      </body>
    </html>
  );
}
