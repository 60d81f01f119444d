import { z } from "zod";
import { secretName } from "#lib/secrets/schema.ts";

/** The most that a config may say; the operator's own ceilings are often lower. */
const most = { wall_ms: 300_000, cpu_ms: 60_000, memory_mb: 512, output_bytes: 16 * 1024 * 1024 };

function whole(max: number, description: string) {
  const error = `must be a whole number from 1 to ${max}`;
  return z.number({ error }).int(error).min(1, error).max(max, error).optional().meta({
    description,
  });
}

const limits = z.strictObject(
  {
    wall_ms: whole(most.wall_ms, "From its start to its end, what it waits for included."),
    cpu_ms: whole(most.cpu_ms, "Processor time."),
    memory_mb: whole(most.memory_mb, "Memory of the code and its values."),
    output_bytes: whole(most.output_bytes, "Size of what it returns, as JSON."),
  },
  { error: "must be an object of wall_ms, cpu_ms, memory_mb and output_bytes" },
);

const host =
  /^(\*|(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*|\[[0-9a-f:.]+\])(:[1-9]\d{0,4})?$/;

const fetchHost = z
  .string({ error: "must be a host" })
  .trim()
  .toLowerCase()
  .max(260, "must have at most 260 characters")
  .regex(host, "must be a host such as api.example.com, *.example.com, 10.0.0.7:8080 or *");

/** The keys of a tool's config that the code runtime reads; others are kept and ignored. */
export const codeConfig = z.looseObject({
  limits: limits.default({}),
  secrets: z
    .array(secretName, { error: "must be a list of names" })
    .max(50, "must have at most 50 names")
    .default([])
    .meta({ description: "Names of the secrets that `secrets.get` gives." }),
  fetch_allow: z
    .array(fetchHost, { error: "must be a list of hosts" })
    .max(100, "must have at most 100 hosts")
    .default([])
    .meta({
      description:
        "Hosts that `fetch` may call, each with a port or for any: api.example.com, *.example.com, 10.0.0.7:8080; * for whatever the tenant may reach. Empty: none.",
    }),
});

export type CodeConfig = z.output<typeof codeConfig>;

/** Whether one of the entries of `fetch_allow` lets the address be called. */
export function allowsFetch(entries: readonly string[], url: URL): boolean {
  const name = url.hostname.toLowerCase().replace(/\.$/, "");
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return entries.some((entry) => {
    const [, pattern = entry, onPort] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
    if (onPort !== undefined && onPort !== port) return false;
    if (pattern === "*") return true;
    return pattern.startsWith("*.") ? name.endsWith(pattern.slice(1)) : name === pattern;
  });
}
