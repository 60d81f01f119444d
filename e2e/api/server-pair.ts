import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll } from "vitest";
import { openCluster, startServer, type TestServer } from "../start-server.ts";

interface ServerPair {
  one: TestServer;
  two: TestServer;
  /** The database of both, as its owner. */
  sql: Sql;
}

/** Two servers of one deployment, for the suite; what it has is there once the tests begin. */
export function useServerPair(env: Record<string, string> = {}): ServerPair {
  const pair = {} as ServerPair;
  let cluster: Awaited<ReturnType<typeof openCluster>>;

  beforeAll(async () => {
    cluster = await openCluster();
    const databaseUrl = await cluster.createDatabase();
    const shared = {
      databaseUrl,
      args: ["--api-lane-only"],
      env: {
        TAUSESTACK_BOOTSTRAP_KEY: `tsp_${"pair".repeat(9)}`,
        TAUSESTACK_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
        ...env,
      },
    };
    pair.one = await startServer(shared);
    pair.two = await startServer(shared);
    pair.sql = postgres(databaseUrl, { max: 2 });
  }, 90_000);

  afterAll(async () => {
    await Promise.all([pair.one?.stop(), pair.two?.stop()]);
    await pair.sql?.end();
    await cluster?.close();
  });
  return pair;
}
