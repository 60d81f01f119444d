import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { secretMask, stripSecrets } from "#lib/core/secrets.ts";

/** A tool's config as people may see it over one's shoulder: secrets and header values masked. */
export function shownConfig(config: JsonObject): JsonObject {
  const shown = stripSecrets(config) as JsonObject;
  if (!isJsonObject(shown.headers)) return shown;
  const names = Object.keys(shown.headers);
  return { ...shown, headers: Object.fromEntries(names.map((name) => [name, secretMask])) };
}
