import { existsSync, readdirSync, readFileSync } from "node:fs";
import postgres from "postgres";

/** Linux counts a process's time in hundredths of a second. */
const tickMicros = 10_000;

/** Processor time of some processes so far, in µs; null where /proc does not tell. */
export type Meter = () => number | null;

/** The numbers of `/proc/<pid>/stat` from the third field on; the name before may hold blanks. */
function statOf(pid: number): number[] | null {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return null;
  const text = readFileSync(file, "utf8");
  return text
    .slice(text.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
}

/** User and system time; with `reaped`, of the children that have ended as well. */
function microsOf(pid: number, reaped = false): number {
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = statOf(pid)?.slice(11, 15) ?? [];
  return (utime + stime + (reaped ? cutime + cstime : 0)) * tickMicros;
}

function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && statOf(pid)?.[1] === parent);
}

/** The time of one process. */
export function meterOf(pid: number): Meter {
  return () => (statOf(pid) ? microsOf(pid) : null);
}

/** The time of all of PostgreSQL's processes, where it runs on this machine. */
export async function postgresMeter(databaseUrl: string): Promise<Meter> {
  const sql = postgres(databaseUrl, { max: 1 });
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  const postmaster = row ? (statOf(row.pid)?.[1] ?? 0) : 0;
  await sql.end();
  if (postmaster === 0) return () => null;
  return () =>
    childrenOf(postmaster).reduce((sum, pid) => sum + microsOf(pid), microsOf(postmaster, true));
}

/** Resident memory of a process in MiB (Linux), or null where /proc is not there. */
export function residentMiB(pid: number): number | null {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return null;
  const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(file, "utf8"));
  return match ? Math.round(Number(match[1]) / 1024) : null;
}
