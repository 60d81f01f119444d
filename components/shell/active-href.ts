/** Which of the links a path belongs to: itself or its closest ancestor, null for none. */
export function activeHref(pathname: string, hrefs: readonly string[]): string | null {
  const fitting = hrefs.filter((href) => pathname === href || pathname.startsWith(`${href}/`));
  return fitting.reduce<string | null>(
    (best, href) => (href.length > (best?.length ?? 0) ? href : best),
    null,
  );
}
