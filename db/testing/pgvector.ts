import { PGlite } from "@electric-sql/pglite";
import { btree_gin } from "@electric-sql/pglite/contrib/btree_gin";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { vector } from "@electric-sql/pglite-pgvector";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { afterAll, beforeAll } from "vitest";
import { connect, database, useDatabase } from "../client.ts";
import { migrate } from "../migrate.ts";

/**
 * Gives the suite a migrated PostgreSQL with pgvector, which the embedded cluster lacks: PGlite, in
 * this process, spoken to over a socket like any server. It has one session, so that transactions of
 * several connections take turns, and connections do not start in a role, as behind a pooler.
 */
export function useVectorDatabase(): void {
  let lite: PGlite;
  let server: PGLiteSocketServer;

  beforeAll(async () => {
    lite = await PGlite.create({ extensions: { vector, pg_trgm, btree_gin } });
    server = new PGLiteSocketServer({ db: lite, host: "127.0.0.1", port: 0, maxConnections: 50 });
    const listening = new Promise<string>((resolve) => {
      server.addEventListener("listening", (event) => {
        const { host, port } = (event as CustomEvent<{ host: string; port: number }>).detail;
        resolve(`postgres://postgres:postgres@${host}:${port}/postgres?sslmode=disable`);
      });
    });
    await server.start();
    const url = await listening;
    await migrate(url);
    useDatabase(await connect({ url, maxConnections: 4 }));
    // To compile and to set up is seconds, and more where others compute too.
  }, 180_000);

  afterAll(async () => {
    await database().close();
    useDatabase(undefined);
    await server.stop();
    await lite.close();
  });
}
