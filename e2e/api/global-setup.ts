import type { TestProject } from "vitest/node";
import { openCluster, startServer } from "../start-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Address of the server under test, its API lane alone. */
    serverUrl: string;
    /** A platform key of it. */
    platformKey: string;
    /** URL of the cluster's database that the server uses. */
    databaseUrl: string;
  }
}

/** One server.ts for the API suite, on a database of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await openCluster();
  const databaseUrl = await cluster.createDatabase();
  const server = await startServer({
    databaseUrl,
    args: ["--api-lane-only"],
    env: { TAUSESTACK_EGRESS_ALLOW: "127.0.0.1" },
  });
  project.provide("serverUrl", server.url);
  project.provide("platformKey", server.key);
  project.provide("databaseUrl", databaseUrl);
  return async () => {
    await server.stop();
    await cluster.close();
  };
}
