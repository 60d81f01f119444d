/**
 * Spawn options with the environment of PostgreSQL's programs: nothing of this process's own,
 * which holds secrets.
 */
export function programEnvironment(): { env?: NodeJS.ProcessEnv } {
  // Windows programs need the system's own variables.
  if (process.platform === "win32") return {};
  const env: Partial<NodeJS.ProcessEnv> = {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    LC_ALL: "C",
    TZ: "UTC",
  };
  return { env: env as NodeJS.ProcessEnv };
}
