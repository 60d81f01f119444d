import type { ImportPreview, PreviewImportInput } from "#lib/tools/import/openapi/schema.ts";

/** Where the description comes from. */
export type Origin = "paste" | "upload" | "url";

/** What a person has entered of an import. */
export interface ImportForm {
  origin: Origin;
  text: string;
  /** The name of the file that `text` is of. */
  fileName: string | null;
  url: string;
  source: string;
  prefix: string;
  serverUrl: string;
  outputSchemas: boolean;
  credentials: Record<string, { secret: string; username: string; scope: string }>;
}

export const emptyForm: ImportForm = {
  ...{ origin: "paste", text: "", fileName: null, url: "", source: "", prefix: "" },
  ...{ serverUrl: "", outputSchemas: false, credentials: {} },
};

/** True when there is a description to read. */
export function isGiven({ origin, text, url }: ImportForm): boolean {
  return (origin === "url" ? url : text).trim() !== "";
}

/** The request that the form stands for; what is empty is left out. */
export function toInput(form: ImportForm): PreviewImportInput {
  const { origin, text, url, source, prefix, serverUrl, outputSchemas } = form;
  const chosen = Object.entries(form.credentials).filter(([, { secret }]) => secret.trim() !== "");
  const credentials = chosen.map(([scheme, { secret, username, scope }]) => [
    scheme,
    {
      secret: secret.trim(),
      ...(username.trim() === "" ? {} : { username: username.trim() }),
      ...(scope.trim() === "" ? {} : { scope: scope.trim() }),
    },
  ]);
  return {
    ...(origin === "url" ? { url: url.trim() } : { document: text }),
    ...(source.trim() === "" ? {} : { source: source.trim() }),
    ...(serverUrl.trim() === "" ? {} : { server_url: serverUrl.trim() }),
    prefix: prefix.trim(),
    output_schemas: outputSchemas,
    credentials: Object.fromEntries(credentials),
  };
}

/** What is chosen until a person says otherwise: all that is new or changed, but for edited ones. */
export function suggested({ operations }: ImportPreview): Set<string> {
  const wanted = operations.filter(
    ({ problem, state, edited, deprecated }) =>
      problem === null && (state === "changed" ? !edited : state === "new" && !deprecated),
  );
  return new Set(wanted.map(({ key }) => key));
}
