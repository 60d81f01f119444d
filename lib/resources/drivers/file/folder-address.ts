import { uriMistake } from "../uri-mistake.ts";
import { folderPath } from "./path.ts";

/** The folder that `file:///reports/2026` names within the tenant's; throws `invalid_request`. */
export function parseFolderAddress(address: string): string {
  const path = /^file:\/\/\/(.*)$/i.exec(address)?.[1] ?? "..";
  const parsed = folderPath.safeParse(path);
  if (parsed.success) return parsed.data;
  throw uriMistake(
    "must be as in file:///reports, a folder within the tenant's own files, without . and .. and empty names",
  );
}
