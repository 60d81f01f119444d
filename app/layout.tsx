import "./globals.css";
import type { Metadata, Viewport } from "next";
import { headers } from "next/headers";
import type { ReactNode } from "react";
import { Providers } from "#components/shell/providers.tsx";

export const metadata: Metadata = {
  title: { template: "%s · TauseStack", default: "TauseStack" },
  description: "Every tenant its own MCP server, memory, tools, resources and meter.",
  robots: { index: false },
};

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#fafbfb" },
    { media: "(prefers-color-scheme: dark)", color: "#0e1214" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  // Reading the header also makes every page dynamic: a page made at build time has no nonce.
  const nonce = (await headers()).get("x-nonce");
  return (
    <html lang="en" suppressHydrationWarning>
      <body>
        <Providers {...(nonce === null ? {} : { nonce })}>{children}</Providers>
      </body>
    </html>
  );
}
