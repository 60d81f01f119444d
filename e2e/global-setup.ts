import { openCluster, startServer } from "./start-server.ts";

/** One built server.ts for the browser's journeys; answers the teardown. */
export default async function setup(): Promise<() => Promise<void>> {
  const cluster = await openCluster();
  const databaseUrl = await cluster.createDatabase();
  const server = await startServer({
    databaseUrl,
    env: { TAUSESTACK_EGRESS_ALLOW: "127.0.0.1" },
  });
  process.env.TAUSESTACK_E2E_DATABASE = databaseUrl;
  process.env.TAUSESTACK_E2E_URL = server.url;
  process.env.TAUSESTACK_E2E_KEY = server.key;
  process.env.TAUSESTACK_E2E_PASSWORD = server.password;
  return async () => {
    await server.stop();
    await cluster.close();
  };
}
