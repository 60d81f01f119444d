import { isIP } from "node:net";
import type { ClientConfig } from "pg";
import { resolveChecked } from "#lib/core/egress.ts";
import type { DriverScope } from "../scope.ts";
import { uriMistake } from "../uri-mistake.ts";
import type { DatabaseLogin } from "./connection-schema.ts";
import { parseDatabaseAddress } from "./parse-address.ts";

const sslModes = ["disable", "require", "verify-full"] as const;

function sslModeOf(parameters: URLSearchParams) {
  const unknown = [...parameters.keys()].find((key) => key !== "sslmode");
  if (unknown !== undefined)
    throw uriMistake(`has the parameter ${unknown}; sslmode alone is known`);
  const sslmode = parameters.get("sslmode") ?? "require";
  const known = sslModes.find((mode) => mode === sslmode);
  if (!known) throw uriMistake(`must have ${sslModes.join(", ")} as its sslmode`);
  return known;
}

/**
 * What the driver connects with: the very address that the egress guard checked, and nothing of the
 * process's environment (PGPASSWORD, PGHOST, ~/.pgpass), which the driver would fall back to.
 */
export async function clientConfig(
  { address, egress, secret }: DriverScope,
  login: DatabaseLogin | undefined,
): Promise<ClientConfig> {
  const parsed = parseDatabaseAddress(address);
  const { host, port } = parsed;
  const sslmode = sslModeOf(parsed.parameters);
  const user = login?.user ?? parsed.user;
  if (user === "") {
    throw uriMistake("must name a user, where the connection has no login for this");
  }
  const database = parsed.database || user;
  const password = login ? await secret(login.password_secret) : parsed.password;
  const checked = await resolveChecked(host, port, egress);
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  return {
    ...{ host: checked.address, port, user, database, password: () => password },
    ssl:
      sslmode === "disable"
        ? false
        : {
            ...(isIP(bare) === 0 ? { servername: bare } : {}),
            rejectUnauthorized: sslmode === "verify-full",
          },
    application_name: "tausestack",
    client_encoding: "UTF8",
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  };
}
