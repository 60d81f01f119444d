import { AppError } from "#lib/core/errors.ts";
import { restrictionOf } from "#lib/secrets/values.ts";
import type { Upstream } from "./schema.ts";

type Named = Pick<Upstream, "transport" | "auth">;

/** The secrets that an upstream's registration names, with where it does. */
function secretsOf({ transport, auth }: Named): { pointer: string; name: string }[] {
  const named: { pointer: string; name: string }[] = [];
  const add = (pointer: string, name: string | undefined) => {
    if (name !== undefined) named.push({ pointer, name });
  };
  if (transport.type === "stdio") {
    for (const [key, name] of Object.entries(transport.env_secrets)) {
      add(`/transport/env_secrets/${key}`, name);
    }
  }
  if (auth.type === "bearer") add("/auth/secret", auth.secret);
  if (auth.type === "oauth") add("/auth/client_secret", auth.client_secret);
  if (auth.type === "headers") {
    for (const [key, value] of Object.entries(auth.headers)) {
      if ("secret" in value) add(`/auth/headers/${key}`, value.secret);
    }
  }
  return named;
}

/** Throws `invalid_request` where an upstream names a secret that is for some tools alone. */
export async function refuseRestrictedSecrets(tenantId: string, input: Named): Promise<void> {
  const errors: { pointer: string; message: string }[] = [];
  for (const { pointer, name } of secretsOf(input)) {
    const message = await restrictionOf(tenantId, name);
    if (message !== null) errors.push({ pointer, message });
  }
  const [first] = errors;
  if (first)
    throw new AppError("invalid_request", `${first.pointer}: ${first.message}`, { errors });
}
