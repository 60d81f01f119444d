import { isJsonObject } from "./json.ts";

const secretName = /pass(word|wd)?$|secret|token|api_?key|credential|authorization|private_?key/i;
const mask = "[secret]";

/** Hides the password of `scheme://user:password@host`. */
export function maskUrlPassword(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/?#:@]*):[^/?#@]*@/i, `$1:${mask}@`);
}

/**
 * A copy of a JSON value fit for the audit log and other readers: values under names such as
 * `api_key` or `password`, and passwords within URLs, are masked.
 */
export function stripSecrets(value: unknown): unknown {
  if (typeof value === "string") return maskUrlPassword(value);
  if (Array.isArray(value)) return value.map(stripSecrets);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      secretName.test(name) && inner !== null && inner !== "" ? mask : stripSecrets(inner),
    ]),
  );
}
