/** Tuned for a small machine; a caller may change any of these. */
const tuned: Record<string, string> = {
  shared_buffers: "128MB",
  max_connections: "200",
  jit: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  timezone: "UTC",
  log_timezone: "UTC",
  lc_messages: "C",
  logging_collector: "on",
  log_directory: "log",
  // One file a weekday, begun anew each week.
  log_filename: "postgresql-%a.log",
  log_truncate_on_rotation: "on",
  log_rotation_age: "1d",
  log_rotation_size: "0",
  // Errors of statements are the client's to log: a flood of them must not fill the disk, and
  // their texts hold tenants' data.
  log_min_messages: "log",
  log_min_error_statement: "panic",
  log_checkpoints: "off",
  log_line_prefix: "%m [%p] ",
};

/** What the guarantees rest on. */
const fixed: Record<string, string> = {
  fsync: "on",
  full_page_writes: "on",
  synchronous_commit: "on",
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
};

/** Command-line arguments, which override every configuration file. */
export function serverArguments(port: number, settings: Record<string, string>): string[] {
  for (const name of Object.keys(settings)) {
    if (name in fixed || name === "port") throw new Error(`The setting ${name} cannot be changed`);
  }
  const all = { ...tuned, ...settings, ...fixed, port: String(port) };
  return Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
