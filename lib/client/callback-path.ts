/** Leads on to the pages of whoever is signed in. */
const home = "/";
const here = "http://here.invalid";

/** The page to go to after sign-in: `asked` when it is a page of this site, else everybody's first one. */
export function callbackPath(asked: unknown): string {
  if (typeof asked !== "string" || !asked.startsWith("/")) return home;
  // The parser knows what browsers make of `//host`, `/\host` and control characters.
  const url = URL.parse(asked, here);
  if (url?.origin !== here) return home;
  const { pathname, search, hash } = url;
  const signIn = pathname === "/sign-in" || pathname.startsWith("/sign-in/");
  return signIn || pathname.startsWith("//") ? home : pathname + search + hash;
}

/** The sign-in page's address, from which the visitor comes back to `path`. */
export function signInAddress(path: string): string {
  const back = callbackPath(path);
  return back === home ? "/sign-in" : `/sign-in?${new URLSearchParams({ callbackUrl: back })}`;
}
