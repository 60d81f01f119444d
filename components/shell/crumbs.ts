/** The steps of a path below `root`: `/admin/tenants/acme` is Tenants, acme. */
export function crumbs(
  pathname: string,
  root: string,
  labels: Record<string, string>,
): { href: string; label: string }[] {
  const below = pathname.startsWith(`${root}/`) ? pathname.slice(root.length + 1) : "";
  const segments = below.split("/").filter(Boolean);
  return segments.map((segment, index) => ({
    href: `${root}/${segments.slice(0, index + 1).join("/")}`,
    label: labels[segment] ?? decode(segment),
  }));
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
