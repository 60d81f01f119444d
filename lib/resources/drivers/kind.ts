/** What a resource is worked with by: a folder of this tree each, files in two ways. */
export const driverKinds = ["database", "bucket", "folder", "api"] as const;

export type DriverKind = (typeof driverKinds)[number];

/** By a resource's type and address; null for one that is registered and read, and no more. */
export function driverKindOf({ type, uri }: { type: string; uri: string }): DriverKind | null {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase();
  if (type === "database" && (scheme === "postgres" || scheme === "postgresql")) return "database";
  if (type === "file" && scheme === "s3") return "bucket";
  if (type === "file" && scheme === "file") return "folder";
  if (type === "api" && (scheme === "https" || scheme === "http") && !uri.includes("{"))
    return "api";
  return null;
}
