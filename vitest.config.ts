import { defineConfig } from "vitest/config";

const ignored = ["node_modules/**", ".next/**", ".data/**"];

export default defineConfig({
  test: {
    environment: "node",
    // Suites provoke failures on purpose; their log would bury the report.
    env: { LOG_LEVEL: "silent" },
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 15_000,
    hookTimeout: 30_000,
    teardownTimeout: 20_000,
    // What passes only then is named in the closing lines of `npm test`, as a bug to be mended.
    retry: 1,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["**/*.test.{ts,tsx}"],
          exclude: [...ignored, "**/*.db.test.ts", "e2e/**"],
        },
      },
      {
        extends: true,
        test: {
          name: "db",
          include: ["**/*.db.test.ts"],
          exclude: ignored,
          globalSetup: "./db/testing/global-setup.ts",
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: "api",
          include: ["e2e/api/**/*.test.ts"],
          globalSetup: "./e2e/api/global-setup.ts",
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: "conformance",
          include: ["e2e/conformance/**/*.test.ts"],
          globalSetup: "./e2e/api/global-setup.ts",
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
