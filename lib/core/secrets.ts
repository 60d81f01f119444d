import { isJsonObject } from "./json.ts";

const namesSecret =
  /pass(word|wd|phrase)?$|^pwd$|_pwd$|secret|token|api_?key|credential|authorization|private_?key/i;

/** Whether what stands under this name in a JSON value is taken for a secret. */
export function isSecretName(name: string): boolean {
  return namesSecret.test(name);
}

/**
 * A regular expression for JavaScript and PostgreSQL alike, without regard to case: it finds every
 * JSON text that `stripSecrets` would change, and some that it would not.
 */
export const mayHoldSecrets = [
  '(secret|token|api_?key|credential|authorization|private_?key)([^"\\\\]|\\\\.)*"\\s*:',
  'pass(word|wd)?"\\s*:',
  "://[^/?#:@]*:([^/?#]*|\\S*)@",
  '(pass|passwd|password|pwd|secret|token|key|signature|sig)[^"&;#=]{0,9}=',
].join("|");

/** What stands in the place of a secret that is not shown. */
export const secretMask = "[secret]";

/** Userinfo ends at the authority's last `@` (WHATWG URL), so a password may hold more of them. */
const userinfo = /^([a-z][a-z0-9+.:-]*:\/\/[^/?#:@[]*):[^/?#]*@/i;
/** A password with a raw `/`, `?` or `#`: no host and port, yet an `@` follows. Hides up to the last. */
const rawUserinfo = /^([a-z][a-z0-9+.:-]*:\/\/[^/?#:@[]*):(?!\d*(?:[/?#]|$))\S*@/i;
/** `?password=…`, `;Password=…` and the like, of URLs and connection strings. */
const parameter =
  /((?:^|[?&;#])\s*(?:[\w.-]*(?:passw(?:or)?d|pwd|secret|token|(?:api|private|access|account)[_-]?key|signature)|pass|sig)\s*=\s*)[^&;#]+/gi;

/** Hides the password of `scheme://user:password@host`, and secrets in a URL's parameters. */
export function maskUrlPassword(text: string): string {
  const place = userinfo.test(text) ? userinfo : rawUserinfo;
  const shown = text.replace(place, `$1:${secretMask}@`);
  return shown.replace(parameter, `$1${secretMask}`);
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
      isSecretName(name) && inner !== null && inner !== "" ? secretMask : stripSecrets(inner),
    ]),
  );
}
