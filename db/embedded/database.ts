import postgres, { type Sql } from "postgres";

const NAME = "tausestack";

/** A server that starts, ends or was just killed: worth another look at it. */
const passing = new Set([
  "57P01",
  "57P02",
  "57P03",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "CONNECT_TIMEOUT",
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
]);

function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code);
}

export function isPassing(error: unknown): boolean {
  return passing.has(codeOf(error));
}

export function urlOf(port: number, password: string, database = NAME): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;
}

async function withConnection(url: string, work: (sql: Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(url, {
    max: 1,
    connect_timeout: 5,
    fetch_types: false,
    ssl: false,
    onnotice: () => undefined,
  });
  try {
    await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Connects to the database once, which also proves the password; creates it when missing. */
export async function openDatabase(port: number, password: string): Promise<void> {
  const look = () => withConnection(urlOf(port, password), (sql) => sql`select 1`);
  try {
    await look();
  } catch (error) {
    if (codeOf(error) !== "3D000") throw error;
    const maintenance = urlOf(port, password, "postgres");
    await withConnection(maintenance, (sql) => sql.unsafe(`create database ${NAME}`));
    await look();
  }
}
