import { migrate } from "#db/migrate.ts";
import { env } from "#lib/core/env.ts";
import { log } from "#lib/core/log.ts";

/** A migrated database server; `release` lets go of it (an embedded one stops with its last user). */
export interface Server {
  url: string;
  release(): Promise<void>;
}

/** The server of DATABASE_URL, else the embedded one, migrated to this version. */
export async function openServer(): Promise<Server> {
  const { DATABASE_URL, TAUSESTACK_DATA_DIR } = env();
  const server: Server =
    DATABASE_URL === undefined
      ? await openEmbedded(TAUSESTACK_DATA_DIR)
      : { url: DATABASE_URL, release: async () => undefined };
  try {
    await migrate(server.url);
  } catch (error) {
    await server.release();
    throw error;
  }
  return server;
}

/** Loaded only where it is needed: a deployment with a server of its own may lack the binaries. */
async function openEmbedded(dir: string): Promise<Server> {
  const { startEmbedded } = await import("#db/embedded.ts");
  return startEmbedded({ dir, log: (message) => log.debug(message) });
}
