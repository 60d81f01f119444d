"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { ThemeProvider } from "next-themes";
import { Tooltip } from "radix-ui";
import { type ReactNode, useState } from "react";
import { Toaster } from "./toaster.tsx";

type ProvidersProps = {
  /** The CSP nonce of this request, for next-themes' inline script. */
  nonce?: string;
  children: ReactNode;
};

const STALE_MS = 15_000;

/** Around every page, inside `<body>`; `<html>` needs `suppressHydrationWarning` for the theme. */
export function Providers({ nonce, children }: ProvidersProps) {
  // One per browser tab, and never shared between requests on the server.
  const [queryClient] = useState(
    () => new QueryClient({ defaultOptions: { queries: { staleTime: STALE_MS, retry: 1 } } }),
  );
  return (
    <ThemeProvider
      attribute="class"
      defaultTheme="system"
      enableSystem
      disableTransitionOnChange
      {...(nonce === undefined ? {} : { nonce })}
    >
      <QueryClientProvider client={queryClient}>
        <Tooltip.Provider delayDuration={300}>{children}</Tooltip.Provider>
      </QueryClientProvider>
      <Toaster />
    </ThemeProvider>
  );
}
