import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";
import { connectOwner, ormOf } from "./client.ts";

const here = dirname(fileURLToPath(import.meta.url));
const lockId = 7_240_519_001n;

/**
 * Applies the SQL migrations that the database lacks, under an advisory lock, so that processes
 * that start together do not meet. The URL's role must own the database and may create roles.
 */
export async function migrate(url: string, folder = join(here, "migrations")): Promise<void> {
  const sql = connectOwner(url);
  try {
    const [server] = await sql`select current_setting('server_version_num')::int as version`;
    if (server && server.version < 150000) {
      throw new Error(`PostgreSQL 15 or newer is needed; the server is ${server.version}`);
    }
    await sql`select pg_advisory_lock(${lockId.toString()}::bigint)`;
    try {
      await applyMigrations(ormOf(sql), { migrationsFolder: folder });
      await sql`select ensure_usage_partitions(2), ensure_memory_embeddings()`;
    } finally {
      await sql`select pg_advisory_unlock(${lockId.toString()}::bigint)`;
    }
  } finally {
    await sql.end({ timeout: 5 });
  }
}
