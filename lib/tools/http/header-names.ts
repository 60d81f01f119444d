/** Headers that belong to the connection (RFC 9110, section 7.6.1) or to the runtime itself. */
const reservedHeaders = new Set([
  "accept-encoding",
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** What is wrong with a header's name, or null. */
export function headerMistake(header: string): string | null {
  // A token of RFC 9110, section 5.6.2.
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$/.test(header)) return "is not a header name";
  if (reservedHeaders.has(header.toLowerCase())) return "cannot be set: the connection sets it";
  return null;
}

/** Characters that a header's value can have (RFC 9110, section 5.5): no CR, LF or NUL. */
export const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;
