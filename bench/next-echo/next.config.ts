import { join } from "node:path";
import type { NextConfig } from "next";

export default {
  turbopack: { root: join(import.meta.dirname, "..", "..") },
  typescript: { ignoreBuildErrors: true },
} satisfies NextConfig;
