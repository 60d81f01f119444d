import { redact } from "#lib/secrets/redact.ts";
import { SecretUnavailable, secretValue } from "#lib/secrets/values.ts";
import { ToolError } from "./tool-error.ts";

/** The secrets that one call uses, so that none of them leaves with its result. */
export interface CallSecrets {
  /** The value; throws `ToolError` (`secret_unavailable`) where the tool may not have it. */
  get(name: string): Promise<string>;
  /** Masks another value that came of a secret, such as an access token. */
  hide(value: string): void;
  /** A copy of a JSON value with what `get` gave masked; the very value where it gave nothing. */
  redact<T>(value: T): T;
}

export function callSecrets(tenantId: string, toolId: string): CallSecrets {
  const used = new Set<string>();
  return {
    async get(name) {
      try {
        const value = await secretValue(tenantId, name, toolId);
        used.add(value);
        return value;
      } catch (error) {
        if (!(error instanceof SecretUnavailable)) throw error;
        throw new ToolError("secret_unavailable", error.message);
      }
    },
    hide: (value) => void used.add(value),
    redact: (value) => redact(value, used),
  };
}
