import { isIP } from "node:net";
import type { ClientConfig } from "pg";
import { resolveChecked } from "#lib/core/egress.ts";
import { AppError } from "#lib/core/errors.ts";
import type { DriverScope } from "../scope.ts";
import type { DatabaseLogin } from "./connection-schema.ts";

const sslModes = ["disable", "require", "verify-full"] as const;

function mistake(message: string): AppError {
  return new AppError("invalid_request", `/uri ${message}`, {
    errors: [{ pointer: "/uri", message }],
  });
}

/** The parts of `postgres://user:password@host:port/name?sslmode=…`; throws `invalid_request`. */
function parseDatabaseAddress(address: string) {
  const url = URL.parse(address);
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw mistake("must be as in postgres://user:password@host:5432/name");
  }
  const text = (part: string) => {
    try {
      return decodeURIComponent(part);
    } catch {
      throw mistake("has a % that is not followed by two hexadecimal digits");
    }
  };
  const [user, password, database] = [
    text(url.username),
    text(url.password),
    text(url.pathname.slice(1)),
  ];
  if (url.hostname === "") throw mistake("must name a host");
  if (user === "") throw mistake("must name a user");
  if (database === "") throw mistake("must name a database");
  const unknown = [...url.searchParams.keys()].find((key) => key !== "sslmode");
  if (unknown !== undefined) throw mistake(`has the parameter ${unknown}; sslmode alone is known`);
  const sslmode = url.searchParams.get("sslmode") ?? "require";
  const known = sslModes.find((mode) => mode === sslmode);
  if (!known) throw mistake(`must have ${sslModes.join(", ")} as its sslmode`);
  return {
    host: url.hostname,
    port: Number(url.port || 5432),
    user,
    password,
    database,
    sslmode: known,
  };
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
  const { host, port, database, sslmode } = parsed;
  const user = login?.user ?? parsed.user;
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
