import type { Page } from "#lib/core/page.ts";

/** What a route answers when a bare value is not enough: another status, headers, or no body. */
export class Reply {
  readonly body: unknown;
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(body: unknown, options: { status?: number; headers?: Record<string, string> } = {}) {
    this.body = body;
    this.status = options.status ?? 200;
    this.headers = options.headers ?? {};
  }
}

/** A page as the answer `shape` gives it, with the next page's address in a Link header (RFC 8288). */
export function paged<T>(
  request: Request,
  page: Page<T>,
  shape: (items: T[]) => unknown = (items) => items,
): Reply {
  if (page.next === null) return new Reply(shape(page.items));
  const url = new URL(request.url);
  url.searchParams.set("cursor", page.next);
  return new Reply(shape(page.items), {
    headers: { link: `<${url.pathname}${url.search}>; rel="next"` },
  });
}
